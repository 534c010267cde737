// What the client writes first on a parked request that the server opened a stream on: whether it accepts, and its headers.
// A verdict (u8: 0 refused, 1 accepted), a code (u32), the length of the header block (u32), the block. Big endian.

import { StreamsError } from "streams-core";
import { decodeHeaders, encodeHeaders, HEADER_LIMITS, type HeaderLimits } from "streams-core/kit";

export interface Answer {
  readonly accepted: boolean;
  /** Of a refusal; 0 for none. */
  readonly code: number;
  readonly headers: Headers;
}

const HEAD = 9;

/** @throws ERR_HEADERS_TOO_LARGE */
export function encodeAnswer(
  accepted: boolean,
  code: number,
  headers: Headers | undefined,
  limits: HeaderLimits,
): Uint8Array {
  const block = encodeHeaders(headers, limits);
  const record = new Uint8Array(HEAD + block.byteLength);
  const view = new DataView(record.buffer);
  view.setUint8(0, accepted ? 1 : 0);
  view.setUint32(1, code);
  view.setUint32(5, block.byteLength);
  record.set(block, HEAD);
  return record;
}

/** Takes the record off the start of a stream of bytes. */
export class AnswerReader {
  #bytes: Uint8Array = new Uint8Array(0);

  /**
   * The record once it is complete, and what followed it in this chunk.
   * @throws ERR_PROTOCOL, ERR_HEADERS_TOO_LARGE
   */
  push(chunk: Uint8Array): { readonly answer: Answer; readonly rest: Uint8Array } | undefined {
    const bytes = this.#bytes.byteLength === 0 ? chunk : joined(this.#bytes, chunk);
    this.#bytes = bytes;
    if (bytes.byteLength < HEAD) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = HEAD + view.getUint32(5);
    if (end > HEAD + HEADER_LIMITS.bytes) {
      throw new StreamsError("ERR_PROTOCOL", "The peer answered with a header block over the limit.", { remote: true });
    }
    if (bytes.byteLength < end) return undefined;
    const headers = decodeHeaders(bytes.subarray(HEAD, end));
    return {
      answer: { accepted: view.getUint8(0) === 1, code: view.getUint32(1), headers },
      rest: bytes.subarray(end),
    };
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}
