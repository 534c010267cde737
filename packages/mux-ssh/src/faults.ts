// ssh2's errors as ours.

import { isStreamsError, StreamsError } from "streams-core";
import { printable } from "streams-core/kit";

export type Phase = "handshake" | "login" | "open";

/** @returns undefined for an error after which ssh2 goes on */
export function sessionFault(error: Error, phase: Phase): StreamsError | undefined {
  const level = "level" in error ? error.level : undefined;
  // An agent that cannot sign is passed over: the next way to log in is tried.
  if (level === "agent") return undefined;
  if (level === "client-authentication") return loginFailed(error);
  if (level === "client-socket" || level === "socket") return transportLost("The connection broke", error);
  if (level === "client-timeout") {
    return new StreamsError("ERR_TIMEOUT", "The peer stopped answering.", { remote: true, cause: error });
  }
  const text = printable(error.message);
  // A peer that disconnects gives a reason code (RFC 4253, section 11.1); during the login it is about the login.
  if (phase === "login" && level === undefined && "code" in error) return loginFailed(error);
  const where = phase === "open" ? "The SSH connection failed" : "The SSH handshake failed";
  return new StreamsError("ERR_PROTOCOL", `${where}: ${text}.`, { remote: true, cause: error });
}

export function loginFailed(cause?: unknown): StreamsError {
  return new StreamsError(
    "ERR_AUTH_FAILED",
    "The server accepted none of the credentials; check username, password and privateKey.",
    { remote: true, cause },
  );
}

export function transportLost(what: string, cause?: unknown): StreamsError {
  return new StreamsError("ERR_TRANSPORT_LOST", `${what}; connect anew.`, { remote: true, cause });
}

export function resetByPeer(resetCode?: number): StreamsError {
  return new StreamsError("ERR_RESET", "The stream was reset by the peer.", { remote: true, resetCode });
}

/** Why a channel was not opened: the peer said so (RFC 4254, section 5.1), or it could not be asked. */
export function openFailed(error: Error | undefined): StreamsError {
  if (isStreamsError(error)) return error;
  const text = printable(error?.message ?? "no reason given");
  const resetCode =
    error !== undefined && "reason" in error && typeof error.reason === "number" ? error.reason : undefined;
  return new StreamsError("ERR_REFUSED", `The peer did not open the channel: ${text}.`, {
    remote: true,
    retryable: true,
    resetCode,
    cause: error,
  });
}

export function floods(what: string): StreamsError {
  return new StreamsError("ERR_CALM", `The peer ${what}; the session was closed to protect this process.`, {
    remote: true,
  });
}

/** Whatever was thrown, as the error that ends a session or stream. */
export function asFault(error: unknown): StreamsError {
  if (isStreamsError(error)) return error;
  return new StreamsError("ERR_INTERNAL", "A fault in mux-ssh; please report it with its cause.", { cause: error });
}
