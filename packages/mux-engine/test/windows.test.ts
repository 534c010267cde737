// How credit is given: a guaranteed window each, growth out of one budget, and what ended gives it back.

import type { EngineStream } from "mux-engine";
import { expect, test } from "vitest";
import { World } from "./tools/world.js";

const KiB = 1024;

interface Pair {
  readonly near: EngineStream;
  readonly far: EngineStream;
}

async function connect(world: World, count: number): Promise<Pair[]> {
  const listener = world.server.session.listen();
  const pairs: Pair[] = [];
  for (let i = 0; i < count; i += 1) {
    const near = await world.client.session.newStream();
    await world.settle();
    pairs.push({ near, far: (await listener.accept()) as EngineStream });
  }
  await world.settle();
  return pairs;
}

/** Sends that much and has it read as it comes, with `ms` between one round and the next. */
async function stream(world: World, { near, far }: Pair, size: number, ms: number): Promise<void> {
  void near.write(new Uint8Array(size));
  for (let got = 0; got < size; ) {
    world.clock.now += ms;
    await world.settle();
    while (far.unread > 0) got += (await far.read())?.byteLength ?? 0;
  }
  world.clock.now += ms;
  await world.settle();
}

/** What the client may send on all its streams, and what the server holds. */
function windowOf({ near, far }: Pair): number {
  return near.sendCredit + far.unreturned + far.unread;
}

const options = { initialWindow: 64 * KiB, maxWindow: 1024 * KiB, growthBudget: 300 * KiB, maxFrame: 16 * KiB };

test("a window grows while its reader empties it within a round trip, and no further than the budget", async () => {
  const world = new World(options);
  const pairs = await connect(world, 3);
  for (const pair of pairs) await stream(world, pair, 4000 * KiB, 0);
  const grown = pairs.map(windowOf);
  expect(grown.reduce((sum, one) => sum + one - 64 * KiB, 0)).toBe(300 * KiB);
  expect(Math.max(...grown)).toBe(364 * KiB);
});

test("a peer that delays its pongs, to seem far away, gains no more than the budget", async () => {
  const world = new World(options);
  world.client.flush(1000);
  world.server.session.receive(world.client.pull(1000));
  world.server.flush(1000);
  world.clock.now += 60_000;
  const pairs = await connect(world, 3);
  expect(world.server.session.stats().roundTrip).toBe(60_000);
  for (const pair of pairs) await stream(world, pair, 2000 * KiB, 100);
  const grown = pairs.map(windowOf);
  expect(grown.reduce((sum, one) => sum + one - 64 * KiB, 0)).toBeLessThanOrEqual(300 * KiB);
});

test("a window grows to its own limit and not beyond", async () => {
  const world = new World({ ...options, maxWindow: 100 * KiB });
  const [pair] = await connect(world, 1);
  if (pair !== undefined) await stream(world, pair, 4000 * KiB, 0);
  expect(pair && windowOf(pair)).toBe(100 * KiB);
});

test("a window that is read slower than the link would fill it does not grow", async () => {
  const world = new World(options);
  const [pair] = await connect(world, 1);
  if (pair !== undefined) await stream(world, pair, 1000 * KiB, 100);
  expect(pair && windowOf(pair)).toBe(64 * KiB);
});

test("a stream that ends gives its growth to others", async () => {
  const world = new World(options);
  const [first, second] = await connect(world, 2);
  if (first === undefined || second === undefined) throw new Error("No streams.");
  await stream(world, first, 4000 * KiB, 0);
  await stream(world, second, 1000 * KiB, 0);
  expect(windowOf(second)).toBe(64 * KiB);
  first.near.reset();
  await world.settle();
  await stream(world, second, 4000 * KiB, 0);
  expect(windowOf(second)).toBe(364 * KiB);
});

test("a thousand streams run beside one that nobody reads, which keeps no more than its window", async () => {
  const world = new World({ ...options, growthBudget: 1 });
  const listener = world.server.session.listen(() => ({ accept: true }));
  const unread = await world.client.session.newStream();
  void unread.write(new Uint8Array(1000 * KiB));
  await world.settle();
  const stuck = (await listener.accept()) as EngineStream;
  for (let i = 0; i < 1000; i += 1) {
    const near = await world.client.session.newStream();
    void near.write(new Uint8Array(100));
    await world.settle();
    const far = await listener.accept();
    expect((await far?.read())?.byteLength).toBe(100);
    far?.reset();
  }
  expect(stuck.unread).toBe(64 * KiB);
});

test("streams opened before the peer said its window get the rest of it with the preface", async () => {
  const world = new World(options);
  const near = await world.client.session.newStream();
  void near.write(new Uint8Array(100 * KiB));
  world.client.flush(1 << 20);
  expect(near.sendCredit).toBe(0);
  const listener = world.server.session.listen();
  await world.settle();
  const far = (await listener.accept()) as EngineStream;
  expect(near.sendCredit).toBe(0);
  expect(far.unread).toBe(64 * KiB);
  await world.settle();
  for (let got = 0; got < 100 * KiB; ) {
    got += (await far.read())?.byteLength ?? 0;
    await world.settle();
  }
  expect(windowOf({ near, far })).toBeGreaterThanOrEqual(64 * KiB);
});

test("ids run out at the last one: the next is ERR_STREAMS_EXHAUSTED and live streams live", async () => {
  const world = new World();
  const listener = world.server.session.listen();
  const near = await world.client.session.newStream();
  await world.settle();
  const far = await listener.accept();
  let last = near;
  while (Number(last.id) < 5001) last = await world.client.session.newStream();
  await expect(world.client.session.newStream()).rejects.toMatchObject({
    code: "ERR_STREAMS_EXHAUSTED",
    retryable: true,
  });
  void near.write(new Uint8Array(3));
  await world.settle();
  expect((await far?.read())?.byteLength).toBe(3);
});
