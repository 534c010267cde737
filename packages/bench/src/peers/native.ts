// mux-native over TCP, through the contract.

import { native } from "mux-native";
import { type Backend, over, type Transport } from "streams-core";
import { tcp } from "transport-tcp";
import type { Target } from "../client.js";
import type { Peer } from "../peer.js";
import { contractPeer } from "./contract.js";

export const nativePeer: Peer = contractPeer("native+tcp", (target) => nativeOver(tcp(), target));

/** Every limit is the default one, but where a workload has more streams than that. */
export function nativeOver(transport: Transport, { streams }: Target): Backend {
  return over(native({ maxInboundStreams: streams }), transport);
}
