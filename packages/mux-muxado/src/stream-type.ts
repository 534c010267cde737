// The type of a stream, which is all that muxado says of a stream beyond its bytes: as an application sees it, a header.

import { StreamsError } from "streams-core";
import { decodeHeaders, encodeHeaders } from "streams-core/kit";

const HEADER = "muxado-type";

export function blockOfType(type: number): Uint8Array {
  return encodeHeaders({ [HEADER]: String(type) });
}

/** The type that the headers name, or 0. */
export function typeIn(block: Uint8Array): number {
  return block.length === 0 ? 0 : Number(decodeHeaders(block).get(HEADER));
}

/** Lets pass headers that say a type and nothing else. @throws ERR_UNSUPPORTED, ERR_HEADERS_INVALID */
export function admitType(block: Uint8Array): void {
  for (const [name, value] of decodeHeaders(block)) {
    if (name !== HEADER) {
      const message = `muxado tells its original the type of a stream (${HEADER}) and no header like ${name}; send it in the stream.`;
      throw new StreamsError("ERR_UNSUPPORTED", message);
    }
    if (/^[0-9]{1,10}$/.test(value) && Number(value) <= 0xffffffff) continue;
    throw new StreamsError("ERR_HEADERS_INVALID", `${HEADER} must be a whole number from 0 to 4294967295.`);
  }
}
