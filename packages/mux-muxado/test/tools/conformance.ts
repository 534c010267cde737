// Pairs of muxado sessions over memory, for the suite of the contract.

import { type MuxadoOptions, muxado } from "mux-muxado";
import { type Muxado1Options, muxado1 } from "mux-muxado/v1";
import type { ProviderPair } from "streams-conformance";
import { type Features, type Mux, memoryPair } from "streams-core";

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
export const stockFeatures: Features = { ...features, headers: "none", ping: false, priority: false };
export const stock1Features: Features = { ...features, headers: "none" };

export const pairs = (options: MuxadoOptions): (() => Promise<ProviderPair>) => pairsOf(muxado(options));
export const pairs1 = (options: Muxado1Options): (() => Promise<ProviderPair>) => pairsOf(muxado1(options));

function pairsOf(mux: Mux): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair();
    const client = mux(near, "client");
    const server = mux(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}

/** Each size, with one less and one more. */
export const around = (...sizes: number[]): number[] => sizes.flatMap((size) => [size - 1, size, size + 1]);
