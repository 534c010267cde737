// Bytes in use after a collection, on the heap and in buffers; also while a test has its hands on the clock.

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** @param rounds collections; each takes some 20 ms, and the last few bytes need two */
export async function bytesInUse(rounds = 2): Promise<number> {
  for (let i = 0; i < rounds; i += 1) {
    // Buffers are freed beside the main thread, some time after the collection that found them.
    if (i > 0) await sleep(5);
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
