// mux-native over WebSockets, through the contract.

import { ws } from "transport-websocket";
import type { Peer } from "../peer.js";
import { contractPeer } from "./contract.js";
import { nativeOver } from "./native.js";

export const nativeWs: Peer = contractPeer("native+ws", (target) => nativeOver(ws(), target));
