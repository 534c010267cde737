// How streams and sessions refuse and end, as errors that say what happened and what to do.

import { StreamsError } from "streams-core";
import { byPeer, printable } from "streams-core/kit";

export function overrun(id: number): StreamsError {
  return byPeer("ERR_FLOW_CONTROL", `The peer overran the window of stream ${id}.`);
}

export function flood(of: string): StreamsError {
  return byPeer("ERR_CALM", `The peer sends a flood of ${of}.`);
}

export function draining(): StreamsError {
  return new StreamsError("ERR_SESSION_DRAINING", "The session takes no new streams; open a new session.", {
    retryable: true,
  });
}

/** For a stream above the last one that a draining peer took. */
export function notTaken(): StreamsError {
  return byPeer("ERR_REFUSED", "The peer is draining and never saw the stream; open it on a new session.", {
    retryable: true,
  });
}

export function closedHere(): StreamsError {
  return new StreamsError("ERR_SESSION_CLOSED", "The session was closed by this end; open a new one.");
}

export function closedByPeer(reason: string, failed: boolean): StreamsError {
  const how = failed ? "gave up" : "closed";
  const text = reason === "" ? "." : `: ${printable(reason)}`;
  return byPeer("ERR_SESSION_CLOSED", `The peer ${how} the session${text}`);
}

/** The transport ended where a session may end: without streams. */
export function endedByPeer(): StreamsError {
  return byPeer("ERR_SESSION_CLOSED", "The peer ended the connection.");
}

/** @param greeted whether the peer had shown that it speaks this wire */
export function transportLost(cause: unknown, greeted: boolean): StreamsError {
  const how = cause === undefined ? "ended" : "broke";
  const when = greeted
    ? "before the session did"
    : "before the peer said that it speaks this wire; check the address and the wire";
  return byPeer("ERR_TRANSPORT_LOST", `The connection ${how} ${when}.`, { cause });
}

export function noPing(): StreamsError {
  return new StreamsError("ERR_UNSUPPORTED", "The peer answers no pings; see features.ping.");
}

export function writeAfterClose(): StreamsError {
  return new StreamsError("ERR_CLOSED", "Write after close(): this end of the stream has ended.");
}

export function resetHere(code: number): StreamsError {
  return new StreamsError("ERR_RESET", "The stream was reset by this end.", { resetCode: code });
}

export function stoppedHere(code: number): StreamsError {
  return new StreamsError("ERR_RESET", "This end stopped reading the stream.", { resetCode: code });
}

/** @param how what the peer did to the stream */
export function resetByPeer(how: string, code?: number): StreamsError {
  return byPeer("ERR_RESET", `The peer ${how}.`, code === undefined ? {} : { resetCode: code });
}

/** What a codec threw. */
export function readingFailed(error: unknown): StreamsError {
  if (error instanceof StreamsError) return error;
  return new StreamsError("ERR_INTERNAL", "Reading the peer's bytes failed; this is a fault of the package.", {
    cause: error,
  });
}
