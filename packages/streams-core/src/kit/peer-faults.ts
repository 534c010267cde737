// Errors that the peer caused.

import { type ErrorCode, StreamsError, type StreamsErrorDetails } from "../errors.js";

export function byPeer(code: ErrorCode, message: string, more?: StreamsErrorDetails): StreamsError {
  return new StreamsError(code, message, { remote: true, ...more });
}

/** @param what the peer did that the wire's rules do not allow: "sent data on stream 0" */
export function broken(what: string): StreamsError {
  return byPeer("ERR_PROTOCOL", `The peer ${what}.`);
}
