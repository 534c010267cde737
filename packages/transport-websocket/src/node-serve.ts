// WebSocket servers: one that owns its http server, one that shares it.

import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Server as TlsServer } from "node:tls";
import { type Conn, type OpOptions, type Server, StreamsError } from "streams-core";
import { raceAbort, ServerQueue, urlOf } from "streams-core/kit";
import { Handshakes } from "streams-core/node";
import { WebSocketServer } from "ws";
import { isLoopback, objection } from "./guard.js";
import { CLOSE_TIMEOUT_MS } from "./node-dial.js";
import { nodeConn } from "./node-link.js";
import type { Settings, WebSocketOptions } from "./options.js";
import type { Tls } from "./tls.js";
import { openDoor, refuse } from "./upgrades.js";

/** Listens at the URL's host and port and takes upgrades of its path. @param tls given for `wss:` */
export async function listen(
  url: URL,
  options: WebSocketOptions,
  settings: Settings,
  tls: Tls | undefined,
  op?: OpOptions,
): Promise<Server<Conn>> {
  op?.signal?.throwIfAborted();
  const http = createHttp(settings, tls);
  const handshakes = http instanceof TlsServer ? handshakesOf(http) : undefined;
  const bound = bind(http, url, tls === undefined ? 80 : 443);
  try {
    await raceAbort(bound, op?.signal, () => http.close());
  } catch (error) {
    http.close();
    throw error;
  }
  http.on("error", () => {}); // an accept that failed (EMFILE) must not end the process
  const actual = new URL(url);
  actual.port = String(portOf(http));
  return share(http, url.pathname || "/", actual, options, settings, () => {
    http.close(); // calls back when the last connection has ended, which may outlive the server
    http.closeAllConnections();
    handshakes?.abort(); // http knows nothing of them yet
  });
}

/** Takes the upgrades of one path of an http server. `url` is the server's and kept up to date. */
export function share(
  http: HttpServer,
  path: string,
  url: URL,
  options: WebSocketOptions,
  settings: Settings,
  stop: () => void,
): Server<Conn> {
  const sockets = new WebSocketServer({
    ...{ closeTimeout: CLOSE_TIMEOUT_MS },
    noServer: true,
    clientTracking: false,
    maxPayload: settings.maxPayload,
    perMessageDeflate: false,
    handleProtocols: (offered) => settings.protocols.find((name) => offered.has(name)) ?? false,
  });
  const shut = openDoor(http, path, (request, socket, head) => {
    const address = addressOf(http);
    const why = objection(request.headers, options, address !== undefined && isLoopback(address.address), url.hostname);
    if (why !== undefined) return refuse(socket, "403 Forbidden", why);
    if (!offersOne(request.headers["sec-websocket-protocol"], settings.protocols)) {
      return refuse(socket, "400 Bad Request", `Offer one of the subprotocols ${settings.protocols.join(", ")}.`);
    }
    sockets.handleUpgrade(request, socket, head, (opened) => server.push(nodeConn(opened, socket, settings, false)));
  });
  const server = new ServerQueue<Conn>(url, {
    stop: () => {
      shut();
      stop();
    },
    discard: (conn) => conn.reset(),
  });
  return server;
}

export function addressOf(http: HttpServer): AddressInfo | undefined {
  const address = http.address();
  return typeof address === "object" && address !== null ? address : undefined;
}

function createHttp(settings: Settings, tls: Tls | undefined): HttpServer {
  const limits = {
    headersTimeout: settings.handshakeTimeout,
    requestTimeout: settings.handshakeTimeout,
    connectionsCheckingInterval: Math.min(settings.handshakeTimeout, 1_000),
  };
  const http = tls === undefined ? createServer(limits) : createSecure(settings, tls, limits);
  http.on("request", (_request, response) => {
    response.writeHead(426, { Upgrade: "websocket", "Content-Type": "text/plain" }).end("This is a WebSocket server.");
  });
  return http;
}

function createSecure(settings: Settings, { secureContext: _, ...tls }: Tls, limits: object): HttpServer {
  if (tls.cert === undefined || tls.key === undefined) {
    throw new StreamsError("ERR_OPTION_INVALID", "Serving wss: needs the options cert and key.");
  }
  return createSecureServer({ ...limits, handshakeTimeout: settings.handshakeTimeout, ...tls });
}

function handshakesOf(server: TlsServer): Handshakes {
  const handshakes = new Handshakes(server);
  server.on("secureConnection", (secure) => handshakes.done(secure));
  return handshakes;
}

function bind(http: HttpServer, url: URL, defaultPort: number): Promise<void> {
  const host = urlOf(url).hostname.replace(/^\[|\]$/g, "") || "127.0.0.1";
  const port = url.port === "" ? defaultPort : Number(url.port);
  return new Promise((resolve, reject) => {
    http.once("error", (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      const error =
        cause.code === "EADDRINUSE"
          ? new StreamsError("ERR_ADDRESS_IN_USE", `${where} is in use; stop what listens there or use port 0.`, {
              cause,
            })
          : new StreamsError(
              "ERR_OPTION_INVALID",
              `Cannot listen at ${where} (${cause.code}); choose an address of this machine that this user may use.`,
              { cause },
            );
      reject(error);
    });
    http.listen(port, host, () => {
      http.removeAllListeners("error");
      resolve();
    });
  });
}

function portOf(http: HttpServer): number {
  return addressOf(http)?.port ?? 0;
}

function offersOne(offered: string | undefined, known: readonly string[]): boolean {
  return known.length === 0 || (offered ?? "").split(",").some((name) => known.includes(name.trim()));
}
