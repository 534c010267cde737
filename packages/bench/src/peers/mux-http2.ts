// mux-http2 over TCP, as it comes and with the windows of the tuned node:http2.

import { http2 } from "mux-http2";
import { over } from "streams-core";
import { tcp } from "transport-tcp";
import type { Peer } from "../peer.js";
import { contractPeer } from "./contract.js";

/** @param window of a stream and of the session; default what the package has */
export function muxHttp2(window?: number): Peer {
  const windows = window === undefined ? {} : { streamWindow: window, sessionWindow: window };
  return contractPeer("http2+tcp", ({ streams }) => over(http2({ ...windows, maxInboundStreams: streams }), tcp()));
}
