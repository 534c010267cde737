// Dials with the npm package ws.

import type { IncomingMessage } from "node:http";
import { type Conn, type OpOptions, StreamsError } from "streams-core";
import { onAbort, printable } from "streams-core/kit";
import { tlsError } from "streams-core/node";
import { WebSocket } from "ws";
import { webSocketUrl } from "./address.js";
import { nodeConn } from "./node-link.js";
import type { Settings } from "./options.js";
import type { Tls } from "./tls.js";

/** How long after our close frame the peer may keep the socket. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** @param tls given for `wss:` */
export async function dial(url: URL, settings: Settings, tls: Tls | undefined, options?: OpOptions): Promise<Conn> {
  const signal = options?.signal;
  signal?.throwIfAborted();
  const target = webSocketUrl(url, tls !== undefined);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target, [...settings.protocols], {
      ...tls,
      ...{ closeTimeout: CLOSE_TIMEOUT_MS }, // newer than the types of ws
      headers: Object.fromEntries(settings.headers),
      maxPayload: settings.maxPayload,
      perMessageDeflate: false,
    });
    const fail = (reason: unknown): void => {
      finish();
      reject(reason);
      socket.terminate();
    };
    const timer = setTimeout(() => {
      const message = `${target.host} did not open a WebSocket within ${settings.handshakeTimeout} ms; check what listens there, or raise handshakeTimeout.`;
      fail(new StreamsError("ERR_TIMEOUT", message));
    }, settings.handshakeTimeout);
    const forget = onAbort(signal, fail);
    const finish = (): void => {
      clearTimeout(timer);
      forget();
    };
    const failed = (error: Error): void => fail(dialError(error, target));
    socket.on("error", failed);
    socket.on("unexpected-response", (_request, response) => fail(answerError(response, target)));
    socket.on("upgrade", (response) => {
      socket.once("open", () => {
        finish();
        socket.off("error", failed);
        resolve(nodeConn(socket, response.socket, settings, true));
      });
    });
  });
}

/** It speaks HTTP but does not want a WebSocket here. */
function answerError(response: IncomingMessage, target: URL): StreamsError {
  const status = response.statusCode ?? 0;
  const answer = `HTTP status ${status} ${printable(response.statusMessage ?? "", 60)}`.trimEnd();
  if (status === 401 || status === 403 || status === 407) {
    const message = `${target.host} refused the WebSocket with ${answer}; check the headers option (token, cookie) and the server's origins and hosts.`;
    return new StreamsError("ERR_AUTH_FAILED", message, { remote: true });
  }
  const message = `${target.host} answered ${answer} instead of opening a WebSocket; check the path ${target.pathname}.`;
  return new StreamsError("ERR_WRONG_PROTOCOL", message, { remote: true });
}

function dialError(cause: Error, target: URL): StreamsError {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const explained = tlsError(cause, target.host);
  if (explained !== undefined) return explained;
  if (UNREACHABLE.test(code) || cause instanceof AggregateError || isSyscall(cause, "connect")) {
    const message = `Cannot reach ${target.host} (${code || "see cause"}); check that a server listens there and that no firewall is between.`;
    return new StreamsError("ERR_UNREACHABLE", message, { cause });
  }
  const scheme = target.protocol.slice(0, -1);
  if (/^(ECONNRESET|EPIPE)$/.test(code)) {
    const message = `${target.host} ended the connection during the handshake (${printable(cause.message)}); check that it speaks ${scheme}.`;
    return new StreamsError("ERR_TRANSPORT_LOST", message, { cause });
  }
  // Bytes that are not HTTP, or a wrong answer.
  const message = `${target.host} does not speak ${scheme} (${printable(cause.message)}); check its address and port.`;
  return new StreamsError("ERR_WRONG_PROTOCOL", message, { remote: true, cause });
}

const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOST|ENET|EADDRNOTAVAIL|ETIMEDOUT|EACCES|EPERM)/;

function isSyscall(error: Error, syscall: string): boolean {
  return "syscall" in error && error.syscall === syscall;
}
