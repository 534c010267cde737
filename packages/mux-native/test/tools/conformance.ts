// Pairs of native sessions over memory, for the suite of the contract.

import { type NativeOptions, native } from "mux-native";
import type { ProviderPair } from "streams-conformance";
import { type Features, memoryPair } from "streams-core";

export const KiB = 1024;

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

export function pairs(options: NativeOptions, highWaterMark?: number): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair(highWaterMark === undefined ? {} : { highWaterMark });
    const client = native(options)(near, "client");
    const server = native(options)(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}

/** Each size, with one less and one more. */
export const around = (...sizes: number[]): number[] => sizes.flatMap((size) => [size - 1, size, size + 1]);
