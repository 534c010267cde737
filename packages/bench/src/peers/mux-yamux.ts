// mux-yamux over TCP, through the contract. Both ends are ours: what an original gets is the same but for the first frame.

import { yamux } from "mux-yamux";
import { over } from "streams-core";
import { tcp } from "transport-tcp";
import type { Peer } from "../peer.js";
import { contractPeer } from "./contract.js";

/** @param stock whether each takes the other for an original */
export function muxYamux(stock = false): Peer {
  const peer = stock ? "stock" : "auto";
  return contractPeer("yamux+tcp", ({ streams }) => over(yamux({ maxInboundStreams: streams, peer }), tcp()));
}
