// Pairs of yamux sessions over memory, for the suite of the contract.

import { type YamuxOptions, yamux } from "mux-yamux";
import type { ProviderPair } from "streams-conformance";
import { type Features, memoryPair } from "streams-core";

export const KiB = 1024;

/** Between our own ends. */
export const features: Features = {
  headers: "preamble",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

/** Towards an original. */
export const stockFeatures: Features = { ...features, headers: "none", priority: false, drain: false };

export function pairs(options: YamuxOptions, highWaterMark?: number): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair(highWaterMark === undefined ? {} : { highWaterMark });
    const client = yamux(options)(near, "client");
    const server = yamux(options)(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}

/** Each size, with one less and one more. */
export const around = (...sizes: number[]): number[] => sizes.flatMap((size) => [size - 1, size, size + 1]);
