// Pairs of smux sessions over memory, for the suite of the contract.

import { type SmuxOptions, smux } from "mux-smux";
import type { ProviderPair } from "streams-conformance";
import { type Features, memoryPair } from "streams-core";

/** Of our own ends. */
export const own: Features = {
  headers: "preamble",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

/** Of ends that take each other for the original. */
export const stock: Features = {
  headers: "none",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: false,
  ping: false,
  priority: false,
  drain: false,
};

export function pairs(options: SmuxOptions): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair();
    const client = smux(options)(near, "client");
    const server = smux(options)(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}
