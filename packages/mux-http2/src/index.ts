// Streams over HTTP/2, on node:http2, over any connection.

import type { Mux } from "streams-core";
import { ClientSide } from "./client-side.js";
import { type Http2Options, settle } from "./options.js";
import { ServerSide } from "./server-side.js";
import { Http2Session } from "./session.js";

export type { Http2Options } from "./options.js";

/** Sessions that are HTTP/2 connections with prior knowledge (RFC 9113 section 3.3), or after ALPN. @throws ERR_OPTION_INVALID */
export function http2(options: Http2Options = {}): Mux {
  const settled = settle(options);
  return (conn, role) =>
    new Http2Session(conn, settled, (host) => (role === "client" ? new ClientSide(host) : new ServerSide(host)));
}
