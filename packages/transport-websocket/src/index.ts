// The package on Node: WebSockets by the npm package ws, client and server.

import type { Server as HttpServer } from "node:http";
import { type Conn, type Server, StreamsError, type Transport } from "streams-core";
import { handled } from "streams-core/kit";
import { dial } from "./node-dial.js";
import { addressOf, listen, share } from "./node-serve.js";
import { type SecureWebSocketOptions, settle, type WebSocketOptions } from "./options.js";
import { tlsOf } from "./tls.js";

export type { Pem, SecureWebSocketOptions, WebSocketOptions } from "./options.js";

const HIGH_WATER_MARK = 256 * 1024;

/** WebSockets without TLS: `ws://host:port/path`, or any scheme with those parts. @throws ERR_OPTION_INVALID, ERR_HEADERS_INVALID */
export function ws(options: WebSocketOptions = {}): Transport {
  const settings = settle(options, HIGH_WATER_MARK);
  return {
    dial: (url, o) => handled(dial(url, settings, undefined, o)),
    serve: (url, o) => handled(listen(url, options, settings, undefined, o)),
  };
}

/** WebSockets over TLS, whose certificates are always verified. @throws ERR_OPTION_INVALID, ERR_HEADERS_INVALID */
export function wss(options: SecureWebSocketOptions = {}): Transport {
  const settings = settle(options, HIGH_WATER_MARK);
  const tls = tlsOf(options);
  return {
    dial: (url, o) => handled(dial(url, settings, tls, o)),
    serve: (url, o) => handled(listen(url, options, settings, tls, o)),
  };
}

export interface AttachOptions extends WebSocketOptions {
  /** The path whose upgrades are taken. Default "/". */
  readonly path?: string;
}

/**
 * Takes the WebSockets of one path of an http or https server, which goes on with everything else: its requests, and upgrades of other
 * paths as long as somebody listens for them. Closing the result leaves the http server open.
 * @throws ERR_ADDRESS_IN_USE when the path is attached already; ERR_OPTION_INVALID, ERR_HEADERS_INVALID
 */
export function attach(server: HttpServer, options: AttachOptions = {}): Server<Conn> {
  const path = checkPath(options.path ?? "/");
  const url = new URL(`${"setSecureContext" in server ? "wss" : "ws"}://localhost${path}`);
  const locate = (): void => {
    const { address, port, family } = addressOf(server) ?? { address: "", port: "", family: "" };
    url.port = String(port);
    const everywhere = address === "" || address === "::" || address === "0.0.0.0";
    url.hostname = everywhere ? "localhost" : family === "IPv6" ? `[${address}]` : address;
  };
  locate();
  server.on("listening", locate);
  return share(
    server,
    path,
    url,
    options,
    settle(options, HIGH_WATER_MARK),
    () => void server.off("listening", locate),
  );
}

/** As a request names it: that is what it is compared with. */
function checkPath(path: string): string {
  if (typeof path === "string" && /^\/[\x21-\x7e]*$/.test(path) && !/[?#]/.test(path)) return path;
  const message = `Option path must be the path of a URL, without a query, like "/mux"; "${String(path)}" is not.`;
  throw new StreamsError("ERR_OPTION_INVALID", message);
}
