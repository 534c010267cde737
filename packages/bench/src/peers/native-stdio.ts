// mux-native over a child's standard streams, through the contract.

import { stdio } from "transport-stdio";
import { ContractClient } from "../contract-client.js";
import { serveSessions } from "../contract-server.js";
import type { Peer } from "../peer.js";
import { fail } from "../pipe.js";
import { nativeOver } from "./native.js";

const URL_OF_CHILD = new URL("native+stdio:");

export const nativeStdio: Peer = {
  async serve(target, workload) {
    const server = await nativeOver(stdio(), target).serve(URL_OF_CHILD);
    serveSessions(server, workload === "openecho-headers").catch(fail);
    return 0;
  },
  async connect(target) {
    const [command = "", ...args] = target.server;
    return new ContractClient(await nativeOver(stdio({ command, args }), target).connect(URL_OF_CHILD));
  },
};
