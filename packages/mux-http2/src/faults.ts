// Why a session is over or takes no streams, as errors. Those of one stream are beside their codes.

import { type ErrorCode, StreamsError } from "streams-core";
import { printable } from "streams-core/kit";

export function handshakeLate(ms: number): StreamsError {
  return new StreamsError("ERR_TIMEOUT", `The peer did not speak HTTP/2 within ${ms} ms; check what listens there.`);
}

export function silent(): StreamsError {
  return new StreamsError("ERR_TIMEOUT", "The peer went silent and answers no ping. Connect anew.", { remote: true });
}

export function draining(remote: boolean): StreamsError {
  return new StreamsError("ERR_SESSION_DRAINING", "The session takes no new streams; open a new session.", {
    remote,
    retryable: true,
  });
}

export function drained(remote: boolean): StreamsError {
  return new StreamsError("ERR_SESSION_CLOSED", "The session was drained and closed.", { remote });
}

export function closedHere(): StreamsError {
  return new StreamsError("ERR_SESSION_CLOSED", "The session was closed by this end.");
}

export function closedByPeer(reason: string): StreamsError {
  const why = reason === "" ? "" : `: ${reason}`;
  return new StreamsError("ERR_SESSION_CLOSED", `The peer closed the session${why}.`, { remote: true });
}

export function endedByPeer(): StreamsError {
  return new StreamsError("ERR_SESSION_CLOSED", "The peer ended the connection.", { remote: true });
}

/** @param cause undefined if the connection ended by itself */
export function transportLost(cause: unknown): StreamsError {
  const how = cause === undefined ? "ended" : "broke";
  const text = `The connection ${how} before the session did. Connect anew.`;
  return new StreamsError("ERR_TRANSPORT_LOST", text, { remote: true, cause });
}

export function rulesBroken(cause: unknown): StreamsError {
  const what = cause instanceof Error ? `: ${printable(cause.message)}` : "";
  const text = `The peer broke the rules of HTTP/2${what}. Connect anew.`;
  return new StreamsError(codeOf(cause), text, { remote: true, cause });
}

export function floods(): StreamsError {
  const text = "The peer opens and resets streams; the session was closed to protect this process.";
  return new StreamsError("ERR_CALM", text, { remote: true });
}

/** The same of a stream that the peer certainly did not see. */
export function unseen({ code, message, remote, cause }: StreamsError): StreamsError {
  return new StreamsError(code, message, { remote, retryable: true, cause });
}

/**
 * What nghttp2 calls these, as its header has them: a callback of node:http2 that failed, which it does above its limit of rejected
 * streams; too many answers, settings or continuations; a window over 2³¹−1.
 */
const FLOODS: readonly unknown[] = [-902, -904, -905, -906];
const WINDOW_OVERFLOW = -524;

function codeOf(cause: unknown): ErrorCode {
  if (!(cause instanceof Error)) return "ERR_PROTOCOL";
  const errno = "errno" in cause ? cause.errno : undefined;
  const code = "code" in cause ? cause.code : undefined;
  if (FLOODS.includes(errno) || code === "ERR_HTTP2_TOO_MANY_INVALID_FRAMES") return "ERR_CALM";
  return errno === WINDOW_OVERFLOW ? "ERR_FLOW_CONTROL" : "ERR_PROTOCOL";
}
