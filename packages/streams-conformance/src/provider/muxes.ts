// What a mux needs that is tried over a connection in memory.

import { type Features, type Mux, memoryPair } from "streams-core";
import type { ProviderPair } from "./setup.js";

/** What a mux has that can do everything. */
export const EVERYTHING: Features = {
  headers: "native",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

/**
 * For `pair` of the suite: sessions of the mux at both ends of a connection in memory.
 *
 * @param highWaterMark bytes that the connection holds before its writers wait; default that of `memoryPair`
 */
export function overMemory(mux: Mux, highWaterMark?: number): () => Promise<ProviderPair> {
  return async () => {
    const [near, far] = memoryPair(highWaterMark === undefined ? {} : { highWaterMark });
    const client = mux(near, "client");
    const server = mux(far, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => near.reset(), dispose: async () => {} };
  };
}

/** For `limits.sizes`: each size, with one less and one more. */
export function around(...sizes: readonly number[]): number[] {
  return sizes.flatMap((size) => [size - 1, size, size + 1]);
}
