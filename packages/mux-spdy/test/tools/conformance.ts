// Pairs of SPDY sessions over memory, for the suite of the contract.

import { type SpdyOptions, spdy } from "mux-spdy";
import type { ProviderPair } from "streams-conformance";
import { type Features, memoryPair } from "streams-core";

export const KiB = 1024;

/** Between our own ends. */
export const features: Features = {
  headers: "native",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

/** Towards an original. */
export const stockFeatures: Features = { ...features, flowControl: "session", resetCode: false, drain: false };

export function pairs(options: SpdyOptions): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair();
    const client = spdy(options)(near, "client");
    const server = spdy(options)(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}

/** Each size, with one less and one more. */
export const around = (...sizes: number[]): number[] => sizes.flatMap((size) => [size - 1, size, size + 1]);
