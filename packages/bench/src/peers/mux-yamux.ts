// mux-yamux over TCP, through the contract. Both ends are ours: what an original gets is the same but for the first frame.

import { yamux } from "mux-yamux";
import { over } from "streams-core";
import { tcp } from "transport-tcp";
import type { Peer } from "../peer.js";
import { contractPeer } from "./contract.js";

/** @param peer "stock" if each takes the other for an original */
export function muxYamux(peer: "auto" | "stock"): Peer {
  return contractPeer("yamux+tcp", ({ streams }) => over(yamux({ maxInboundStreams: streams, peer }), tcp()));
}
