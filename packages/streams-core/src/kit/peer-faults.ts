// Errors that the peer caused.

import { type ErrorCode, StreamsError, type StreamsErrorDetails } from "../errors.js";

/** Without a stack, which would show where the bytes were read, and costs more than all else that a peer makes this end do. */
export function byPeer(code: ErrorCode, message: string, more?: StreamsErrorDetails): StreamsError {
  // Engines without the property ignore it, and where it is frozen the stack stays.
  const limit = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", 0);
  const error = new StreamsError(code, message, { remote: true, ...more });
  Reflect.set(Error, "stackTraceLimit", limit);
  return error;
}

/** @param what the peer did that the wire's rules do not allow: "sent data on stream 0" */
export function broken(what: string): StreamsError {
  return byPeer("ERR_PROTOCOL", `The peer ${what}.`);
}
