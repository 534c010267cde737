// What `write` does with a chunk that has no bytes.

import { StreamsError } from "../errors.js";
import { READY, rejected } from "./ready.js";

/** An empty chunk sends nothing. What is no chunk at all, as a string in plain JavaScript, is ERR_OPTION_INVALID. */
export function writeNothing(chunk: unknown): Promise<void> {
  if (chunk instanceof Uint8Array) return READY;
  return rejected(new StreamsError("ERR_OPTION_INVALID", "write() takes a Uint8Array; encode text with TextEncoder."));
}
