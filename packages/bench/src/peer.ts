// What a peer is to the harness.

import type { Client, Target } from "./client.js";
import type { WorkloadName } from "./workloads.js";

export interface Peer {
  /** Starts the server, which says its port; 0 where the client starts its server by itself. */
  serve(target: Target, workload: WorkloadName): Promise<number>;
  connect(target: Target): Promise<Client>;
}
