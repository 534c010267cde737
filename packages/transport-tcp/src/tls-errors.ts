// What went wrong with a TLS handshake, and what to do about it.

import type { TLSSocket } from "node:tls";
import { StreamsError } from "streams-core";
import { printable } from "streams-core/kit";
import { tlsError, untrusted } from "streams-core/node";

/** Why no TLS connection came about with the peer of this name. */
export function handshakeError(cause: Error, name: string, socket: TLSSocket): StreamsError {
  const explained = tlsError(cause, name);
  if (explained !== undefined) return explained;
  // A server whose client did not verify hears only that the connection ended.
  if (socket.authorizationError) return untrusted(String(socket.authorizationError), name, cause);
  return new StreamsError(
    "ERR_TRANSPORT_LOST",
    `${name} ended the connection during the TLS handshake (${printable(cause.message)}); check that it speaks TLS.`,
    { cause },
  );
}

export function handshakeLate(name: string, timeout: number): StreamsError {
  return new StreamsError(
    "ERR_TIMEOUT",
    `${name} did not finish the TLS handshake within ${timeout} ms; check that it speaks TLS, or raise handshakeTimeout.`,
  );
}

export function noCommonProtocol(name: string, alpn: readonly string[]): StreamsError {
  return new StreamsError(
    "ERR_WRONG_PROTOCOL",
    `${name} takes none of the protocols ${printable(alpn.join(", "))}; offer others in the option alpn, or leave it out.`,
    { remote: true },
  );
}
