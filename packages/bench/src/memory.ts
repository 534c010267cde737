// What this process uses once the garbage is gone.

import type { Memory } from "./client.js";

export async function memoryAfterCollection(): Promise<Memory> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("The memory of a process can be measured only with --expose-gc.");
  // What a collection frees through finalizers and what sockets still hold goes in later turns.
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
