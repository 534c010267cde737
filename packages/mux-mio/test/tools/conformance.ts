// Pairs of mio sessions over memory, for the suite of the contract.

import { type MioOptions, mio } from "mux-mio";
import type { ProviderPair } from "streams-conformance";
import { type Features, memoryPair } from "streams-core";

export const KiB = 1024;

/** Between our own ends. */
export const features: Features = {
  ...{ headers: "preamble", opens: "both", flowControl: "stream", halfClose: true },
  ...{ resetCode: true, ping: true, priority: true, drain: true },
};

/** What mio alone can do. */
export const stockFeatures: Features = {
  ...{ headers: "none", opens: "both", flowControl: "stream", halfClose: true },
  ...{ resetCode: false, ping: false, priority: false, drain: false },
};

export function pairs(options: MioOptions): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair();
    const client = mio(options)(near, "client");
    const server = mio(options)(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}

/** Each size, with one less and one more. */
export const around = (...sizes: number[]): number[] => sizes.flatMap((size) => [size - 1, size, size + 1]);
