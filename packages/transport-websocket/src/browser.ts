// The package where there is no Node: the platform's WebSocket, client only.

import { type Conn, type Server, StreamsError, type Transport } from "streams-core";
import { handled, rejected } from "streams-core/kit";
import { type SecureWebSocketOptions, settle, type WebSocketOptions } from "./options.js";
import { dialPlatform } from "./platform.js";

export type { Pem, SecureWebSocketOptions, WebSocketOptions } from "./options.js";

/** How much a browser buffers is looked at only every few milliseconds, so more must be on its way. */
const HIGH_WATER_MARK = 1024 * 1024;

/** WebSockets without TLS. @throws ERR_OPTION_INVALID */
export function ws(options: WebSocketOptions = {}): Transport {
  return transport(options, false);
}

/** WebSockets over TLS, which the platform verifies. @throws ERR_OPTION_INVALID */
export function wss(options: SecureWebSocketOptions = {}): Transport {
  for (const name of ["ca", "cert", "key", "passphrase", "servername"] as const) {
    if (options[name] === undefined) continue;
    throw new StreamsError("ERR_OPTION_INVALID", `Option ${name} works on Node only; here the platform verifies TLS.`);
  }
  return transport(options, true);
}

/** Always throws: only Node serves. @throws ERR_UNSUPPORTED */
export function attach(): Server<Conn> {
  throw cannotServe();
}

function transport(options: WebSocketOptions, secure: boolean): Transport {
  if (options.headers !== undefined) {
    const message = "Option headers works on Node only; here use a cookie, the URL's query or a subprotocol instead.";
    throw new StreamsError("ERR_OPTION_INVALID", message);
  }
  const settings = settle(options, HIGH_WATER_MARK);
  return {
    dial: (url, o) => handled(dialPlatform(url, secure, settings, o)),
    serve: () => rejected(cannotServe()),
  };
}

function cannotServe(): StreamsError {
  return new StreamsError("ERR_UNSUPPORTED", "WebSockets can be served on Node only; here they can be dialled.");
}
