// How a session refuses and ends, as errors that say what to do.

import { StreamsError } from "streams-core";
import { printable } from "streams-core/kit";

export function draining(): StreamsError {
  return new StreamsError("ERR_SESSION_DRAINING", "The session takes no new streams; open a new session.", {
    retryable: true,
  });
}

/** For a stream above the last one that a draining peer took. */
export function notTaken(): StreamsError {
  return new StreamsError("ERR_REFUSED", "The peer is draining and never saw the stream; open it on a new session.", {
    remote: true,
    retryable: true,
  });
}

export function closedHere(): StreamsError {
  return new StreamsError("ERR_SESSION_CLOSED", "The session was closed by this end; open a new one.");
}

export function closedByPeer(reason: string, failed: boolean): StreamsError {
  const how = failed ? "gave up" : "closed";
  const text = reason === "" ? "." : `: ${printable(reason)}`;
  return new StreamsError("ERR_SESSION_CLOSED", `The peer ${how} the session${text}`, { remote: true });
}

/** The transport ended where a session may end: without streams. */
export function endedByPeer(): StreamsError {
  return new StreamsError("ERR_SESSION_CLOSED", "The peer ended the connection.", { remote: true });
}

/** @param greeted whether the peer had shown that it speaks this wire */
export function transportLost(cause: unknown, greeted: boolean): StreamsError {
  const how = cause === undefined ? "ended" : "broke";
  const when = greeted
    ? "before the session did"
    : "before the peer said that it speaks this wire; check that the address and the wire are the right ones";
  return new StreamsError("ERR_TRANSPORT_LOST", `The connection ${how} ${when}.`, { remote: true, cause });
}

export function stoppedByPeer(code: number): StreamsError {
  return new StreamsError("ERR_RESET", "The peer stopped reading the stream.", { remote: true, resetCode: code });
}

/** What a codec threw. */
export function readingFailed(error: unknown): StreamsError {
  if (error instanceof StreamsError) return error;
  return new StreamsError("ERR_INTERNAL", "Reading the peer's bytes failed; this is a fault of the package.", {
    cause: error,
  });
}

/** The same, for a stream that the peer certainly did not act on. */
export function retryable(error: StreamsError): StreamsError {
  return new StreamsError(error.code, error.message, { remote: error.remote, retryable: true, cause: error.cause });
}
