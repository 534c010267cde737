// How our own ends of muxado recognise each other, and what else an end may turn out to be.

import type { StreamsError } from "streams-core";
import { byPeer, seemsToSpeak } from "streams-core/kit";

/** "Strm": where the original has a stream, or a priority, that it ignores. */
export const MAGIC = 0x5374726d;

/** The error for first bytes that cannot be a frame of this wire. */
export function wrongProtocol(bytes: Uint8Array, at: number, wire: string): StreamsError {
  const message = `The peer seems to speak ${seemsToSpeak(bytes.subarray(at, at + 8))}, not ${wire}.`;
  return byPeer("ERR_WRONG_PROTOCOL", message);
}
