// Headers in the originator string of a channel open between our own ends: `h1.` and the header block in base64url.

import { checkHeaders, type HeaderLimits } from "streams-core/kit";
import { malformed } from "./records.js";

const PREFIX = "h1.";

export function encodeOrigin(block: Uint8Array): string {
  return PREFIX + Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString("base64url");
}

/** @throws ERR_PROTOCOL, ERR_HEADERS_TOO_LARGE */
export function decodeOrigin(origin: string, limits: HeaderLimits): Uint8Array {
  if (!/^h1\.[A-Za-z0-9_-]*$/.test(origin)) throw malformed("a stream without headers");
  const block = Buffer.from(origin.slice(PREFIX.length), "base64url");
  checkHeaders(block, limits);
  return block;
}
