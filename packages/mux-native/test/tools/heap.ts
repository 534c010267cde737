// Bytes in use after a collection.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

export async function heapBytes(): Promise<number> {
  await settle();
  return process.memoryUsage().heapUsed;
}

/** Buffers are freed beside the main thread, some time after the collection that found them. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
