// What our own ends tell each other on the control channel. A record is its type (u8), the length of its body (u24) and the body,
// all big endian. Unknown types are skipped. Bodies are listed beside the types.

import { StreamsError } from "streams-core";

export const ACCEPT = 1; // stream number u32, reply headers
export const REFUSE = 2; // stream number u32, whether a code follows u8, code u32, headers
export const RESET = 3; // whose stream u8 (0 the sender's, 1 the receiver's), number u32, whether a code follows u8, code u32
export const PING = 4; // number u32
export const PONG = 5; // the ping's number u32
export const DRAIN = 6; // the last stream number seen u32
export const CLOSE = 7; // code u32, reason in UTF-8
export const HELLO = 8; // bytes a stream of this end takes u32; first record of each end
export const CREDIT = 9; // whose stream u8, number u32, bytes u32

const HEAD = 4;
const LARGEST = 64 * 1024;
const NOTHING = Buffer.alloc(0);

export function record(type: number, ...parts: readonly (Uint8Array | number)[]): Uint8Array {
  const length = parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? 4 : part.byteLength), 0);
  const bytes = Buffer.allocUnsafe(HEAD + length);
  bytes.writeUInt32BE(type * 2 ** 24 + length, 0);
  let at = HEAD;
  for (const part of parts) {
    if (typeof part === "number") {
      at = bytes.writeUInt32BE(part, at);
    } else {
      bytes.set(part, at);
      at += part.byteLength;
    }
  }
  return bytes;
}

/** A code that may be missing, as one is that does not fit: codes are 32 bits wide. */
export function codeField(code: number | undefined): Uint8Array {
  const bytes = Buffer.alloc(5);
  if (code !== undefined && Number.isInteger(code) && code >= 0 && code < 2 ** 32) {
    bytes[0] = 1;
    bytes.writeUInt32BE(code, 1);
  }
  return bytes;
}

/** Reads a body field by field. @throws ERR_PROTOCOL when it is too short */
export class Body {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  code(): number | undefined {
    const present = this.u8() === 1;
    const code = this.u32();
    return present ? code : undefined;
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #take(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.byteLength) throw malformed("a control record that is too short");
    return at;
  }
}

/** Cuts what arrives into records. */
export class RecordReader {
  #bytes: Buffer = NOTHING;
  #at = 0;

  push(chunk: Buffer): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
  }

  /** The next record, or undefined until more arrives. @throws ERR_PROTOCOL */
  next(): { type: number; body: Body } | undefined {
    const at = this.#at + HEAD;
    if (this.#bytes.byteLength < at) return undefined;
    const word = this.#bytes.readUInt32BE(this.#at);
    const length = word & 0xffffff;
    if (length > LARGEST) throw malformed("a control record that is too long");
    if (this.#bytes.byteLength < at + length) return undefined;
    this.#at = at + length;
    return { type: word >>> 24, body: new Body(this.#bytes.subarray(at, this.#at)) };
  }
}

export function malformed(what: string): StreamsError {
  return new StreamsError("ERR_PROTOCOL", `The peer sent ${what}.`, { remote: true });
}
