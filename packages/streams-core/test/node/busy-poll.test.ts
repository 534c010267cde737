// What the event loop does after an arrival: sleeps, or turns for as long as it was told to.

import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { Duplex } from "node:stream";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import type { Conn } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { expect, test, vi } from "vitest";
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

/** Answers what is written, at once or later; and says things by itself. */
class Answering extends Duplex {
  readonly later: number | undefined;
  constructor(later?: number) {
    super();
    this.later = later;
  }
  override _read(): void {}
  override _write(chunk: Uint8Array, _: string, done: () => void): void {
    done();
    if (this.later === undefined) this.push(chunk);
    else setTimeout(() => this.push(chunk), this.later);
  }
}

/** After how many of so many arrivals the event loop does not sleep: something waits for its next turn then. */
async function awakeAfter(conn: Conn, times: number, ask: () => unknown): Promise<number> {
  const waits = vi.spyOn(globalThis, "setImmediate");
  let awake = 0;
  for (let i = 0; i < times; i++) {
    waits.mockClear();
    ask();
    await conn.read();
    await immediate();
    if (waits.mock.calls.length > 0) awake += 1;
  }
  waits.mockRestore();
  conn.reset();
  return awake;
}

test("what is answered at once is soon waited for awake, and not with busyPoll: false", async () => {
  const conn = fromDuplex(new Answering());
  const awake = await awakeAfter(conn, 300, () => conn.write(bytes("x")));
  if (availableParallelism() > 1) expect(awake).toBeGreaterThan(100);
  else expect(awake).toBe(0);
  const never = fromDuplex(new Answering(), { busyPoll: false });
  expect(await awakeAfter(never, 300, () => never.write(bytes("x")))).toBe(0);
});

test("what is answered later is waited for awake a few times in vain, and ever more rarely", async () => {
  const conn = fromDuplex(new Answering(2));
  expect(await awakeAfter(conn, 300, () => conn.write(bytes("x")))).toBeLessThan(15);
});

test("what comes unasked is not waited for", async () => {
  const duplex = new Answering();
  expect(await awakeAfter(fromDuplex(duplex), 300, () => duplex.push("x"))).toBe(0);
});

test.each([-1, 0, 0.5, 1_000_001, Number.NaN])("%s is no time to turn for", async (busyPoll) => {
  const [near, far] = await socketPair();
  expect(() => fromDuplex(near, { busyPoll })).toThrow(
    expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining("to 1000000, or false") }),
  );
  near.destroy();
  far.destroy();
});
