// The frames that carry bytes (RFC 6455 section 5.2): each one is a whole binary message. A server's leave as the views they came as,
// behind a header; a client's are copied, for they must be masked and the bytes are not ours to change.

import type { ByteQueue } from "streams-core/kit";
import { Slab } from "./slab.js";

/** The last, and only, frame of a binary message. */
const FIN_BINARY = 0x82;
const MASKED = 0x80;
/** Chunks that are smaller than this on average cost less copied together than written one by one. */
const SMALL_PART = 2 * 1024;
/** A masked frame up to this size is copied out of its slab, which is free again at once. */
const SMALL_FRAME = 8 * 1024;

/** Takes at most `limit` bytes out of the queue. */
export function plainFrame(queue: ByteQueue, limit: number): Uint8Array[] {
  const length = Math.min(queue.size, limit);
  const header = headerOf(length, 0);
  const chunks: Uint8Array[] = [header];
  let rest = length;
  for (let part = queue.take(rest); part !== undefined; part = rest > 0 ? queue.take(rest) : undefined) {
    chunks.push(part);
    rest -= part.length;
  }
  return length < (chunks.length - 1) * SMALL_PART ? [Buffer.concat(chunks)] : chunks;
}

/** Takes at most `limit` bytes out of the queue. @param slabs gets the slab that holds the frame, if one does until it is sent */
export function maskedFrame(queue: ByteQueue, limit: number, slabs: Slab[]): Uint8Array {
  const length = Math.min(queue.size, limit);
  const slab = Slab.for(length);
  const frame = slab.fill(queue, length, headerOf(length, MASKED));
  if (length > SMALL_FRAME) {
    slabs.push(slab);
    return frame;
  }
  const copy = Buffer.from(frame);
  slab.release();
  return copy;
}

export function emptyFrame(masked: boolean): Uint8Array {
  // No bytes need no secret key.
  return masked ? Buffer.of(FIN_BINARY, MASKED, 0, 0, 0, 0) : Buffer.of(FIN_BINARY, 0);
}

function headerOf(length: number, mask: number): Buffer {
  if (length < 126) return Buffer.of(FIN_BINARY, mask | length);
  if (length < 65_536) return Buffer.of(FIN_BINARY, mask | 126, length >>> 8, length & 0xff);
  const header = Buffer.alloc(10);
  header[0] = FIN_BINARY;
  header[1] = mask | 127;
  header.writeUIntBE(length, 4, 6);
  return header;
}
