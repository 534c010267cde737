// What `write` does with a chunk that has no bytes.

import { StreamsError } from "../errors.js";
import { READY, rejected } from "./ready.js";

/** Whether `write` has something to send. If not, `writeNothing` says what comes of it. */
export function hasBytes(chunk: Uint8Array): boolean {
  return (chunk instanceof Uint8Array || isBytes(chunk)) && chunk.length > 0;
}

/** An empty chunk sends nothing. What is no chunk at all, as a string in plain JavaScript, is ERR_OPTION_INVALID. */
export function writeNothing(chunk: unknown): Promise<void> {
  if (isBytes(chunk)) return READY;
  return rejected(new StreamsError("ERR_OPTION_INVALID", "write() takes a Uint8Array; encode text with TextEncoder."));
}

/** Those of another realm, such as a test runner's, are no instances of this one's class. */
function isBytes(chunk: unknown): boolean {
  return ArrayBuffer.isView(chunk) && "BYTES_PER_ELEMENT" in chunk && chunk.BYTES_PER_ELEMENT === 1;
}
