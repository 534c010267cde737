// What the event loop does after an arrival: sleeps, or turns for as long as it was told to.

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fromDuplex } from "streams-core/node";
import { expect, test } from "vitest";
import { bytes } from "../helpers/failure.js";
import { socketPair } from "./sockets.js";

/** Milliseconds of so many that the event loop sleeps, beginning with an arrival. */
async function asleepAfterArrival(busyPoll: number | undefined, during: number): Promise<number> {
  const [near, far] = await socketPair();
  const conn = fromDuplex(near, { busyPoll });
  far.write(bytes("x"));
  await conn.read();
  const asleep = await idleIn(during);
  conn.reset();
  far.destroy();
  return asleep;
}

async function idleIn(during: number): Promise<number> {
  const before = performance.eventLoopUtilization();
  await sleep(during);
  return performance.eventLoopUtilization(before).idle;
}

test("the event loop sleeps after an arrival, and with busyPoll it turns for so long and sleeps then", async () => {
  expect(await asleepAfterArrival(undefined, 100)).toBeGreaterThan(30);
  expect(await asleepAfterArrival(100_000, 80)).toBeLessThan(2);
  await sleep(50);
  expect(await idleIn(100)).toBeGreaterThan(30);
});

test.each([-1, 0, 0.5, 1_000_001, Number.NaN])("%s is no time to turn for", async (busyPoll) => {
  const [near, far] = await socketPair();
  expect(() => fromDuplex(near, { busyPoll })).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  near.destroy();
  far.destroy();
});
