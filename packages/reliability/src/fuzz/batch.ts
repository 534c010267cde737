// Random inputs in large numbers, and what decoders that wait for more of them keep.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "../sim/random.js";
import type { Decoder } from "./decoders.js";
import { LARGEST_INPUT } from "./feed.js";
import { judge } from "./judge.js";

/** How often each outcome occurred. @throws Broke */
export function randomInputs(decoder: Decoder, seed: number, count: number): Record<string, number> {
  const outcomes: Record<string, number> = {};
  const random = new Random(seed);
  const buffer = new Uint8Array(LARGEST_INPUT);
  // Stacks of a million refusals cost more than the refusals.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (let n = 0; n < count; n += 1) {
      const outcome = judge(decoder, buffer.subarray(0, decoder.make(random, buffer)));
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return outcomes;
}

/** Bytes that a decoder keeps on average, having got a random input and waiting for more. */
export function keptBytes(decoder: Decoder, seed: number, count: number): number {
  const random = new Random(seed);
  const buffer = new Uint8Array(LARGEST_INPUT);
  const all: unknown[] = [];
  const before = usedBytes();
  while (all.length < count) {
    judge(decoder, buffer.slice(0, decoder.make(random, buffer)), (kept) => all.push(kept));
  }
  return (usedBytes() - before) / all.length;
}

function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
