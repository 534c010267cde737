// Peers that keep the contract differ in their backend only.

import type { Backend } from "streams-core";
import type { Target } from "../client.js";
import { ContractClient } from "../contract-client.js";
import { serveSessions } from "../contract-server.js";
import type { Peer } from "../peer.js";
import { fail } from "../pipe.js";

/** @param scheme of the URL, and its path if it needs one */
export function contractPeer(scheme: string, backendOf: (target: Target) => Backend): Peer {
  return {
    async serve(target, workload) {
      const server = await backendOf(target).serve(new URL(`${scheme}://127.0.0.1:0`));
      serveSessions(server, workload === "openecho-headers").catch(fail);
      return Number(server.url.port);
    },
    async connect(target) {
      return new ContractClient(await backendOf(target).connect(new URL(`${scheme}://127.0.0.1:${target.port}`)));
    },
  };
}
