// Every deadline of a session, on a clock that the test moves.

import { limitsOf } from "mux-engine";
import { expect, test } from "vitest";
import { Liveness } from "../src/liveness.js";
import { type End, microtasks, World } from "./tools/world.js";

/** Moves the clock and rings what is due, as a driver does, in steps of `step`. */
async function pass(world: World, ends: readonly End[], ms: number, step = 500): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    world.clock.now += Math.min(step, left);
    for (const { session } of ends) if (session.nextTick <= world.clock.now) session.tick();
    await microtasks();
  }
}

async function failureOf(end: End): Promise<unknown> {
  return end.session.closed.then(
    () => "closed cleanly",
    (error: unknown) => error,
  );
}

const timeout = { code: "ERR_TIMEOUT", remote: true };

test("a peer that says nothing is given up after the handshake timeout and a second of grace", async () => {
  const world = new World({ handshakeTimeout: 10_000 });
  await pass(world, [world.client], 10_999);
  expect(world.client.over).toBe(undefined);
  await pass(world, [world.client], 2, 1);
  expect(await failureOf(world.client)).toMatchObject(timeout);
  expect(world.client.session.nextTick).toBe(Number.POSITIVE_INFINITY);
});

test("a preface that waited behind a blocked event loop counts, however late", async () => {
  const world = new World({ handshakeTimeout: 10_000 });
  world.server.flush(1000);
  world.clock.now = 25_000;
  world.client.session.tick();
  world.client.session.receive(world.server.pull(1000));
  await pass(world, [world.client], 5000);
  await world.client.session.ready;
  expect(world.client.over).toBe(undefined);
});

test("a silent peer is pinged after the interval and given up when it does not answer", async () => {
  const world = new World({ keepaliveInterval: 30_000, keepaliveTimeout: 10_000 });
  await world.settle();
  await pass(world, [world.client], 28_000);
  expect(world.client.awake).toBe(false);
  await pass(world, [world.client], 1000);
  expect(world.client.awake).toBe(true);
  await pass(world, [world.client], 10_000);
  expect(world.client.over).toBe(undefined);
  await pass(world, [world.client], 2000);
  expect(await failureOf(world.client)).toMatchObject(timeout);
});

test("a living peer is never given up, and an idle session sends nothing but its pings", async () => {
  const world = new World({ keepaliveInterval: 1000, keepaliveTimeout: 500 });
  await world.settle();
  const before = world.client.session.stats().bytesOut;
  for (let i = 0; i < 100; i += 1) {
    await pass(world, [world.client, world.server], 500, 100);
    await world.settle();
  }
  expect(world.client.over ?? world.server.over).toBe(undefined);
  const frames = (world.client.session.stats().bytesOut - before) / 13;
  expect(frames).toBeGreaterThan(40);
  expect(frames).toBeLessThan(120);
});

test("an event loop blocked for twice the keepalive kills nobody whose bytes wait", async () => {
  const world = new World({ keepaliveInterval: 30_000, keepaliveTimeout: 10_000 });
  await world.settle();
  for (let round = 0; round < 5; round += 1) {
    const ping = world.server.session.ping();
    world.server.flush(1000);
    world.clock.now += 80_000;
    // Timers come first, then the input that waited.
    world.client.session.tick();
    world.client.session.receive(world.server.pull(1000));
    world.client.session.tick();
    await world.settle();
    await ping;
  }
  expect(world.client.over).toBe(undefined);
});

test("a transport that takes nothing is given up; one that takes a little at a time is not", async () => {
  const world = new World({ writeStallTimeout: 30_000, keepaliveInterval: 10_000_000 });
  await world.settle();
  world.client.session.blocked(true);
  for (let i = 0; i < 10; i += 1) {
    await pass(world, [world.client], 29_000);
    world.client.session.blocked(true);
  }
  await pass(world, [world.client], 30_500);
  world.client.session.blocked(true);
  await pass(world, [world.client], 30_500);
  expect(world.client.over).toBe(undefined);
  await pass(world, [world.client], 1000);
  expect(await failureOf(world.client)).toMatchObject(timeout);
});

test("a transport that took everything while the event loop was blocked is not given up", async () => {
  const world = new World({ writeStallTimeout: 30_000, keepaliveInterval: 10_000_000 });
  await world.settle();
  world.client.session.blocked(true);
  world.clock.now += 70_000;
  world.client.session.tick();
  world.client.session.blocked(false);
  await pass(world, [world.client], 100_000);
  expect(world.client.over).toBe(undefined);
});

/** A stream that the client opened and half-closed, however it came to that. */
async function halfClosed(world: World, how: "close" | "stopped" | "late close") {
  const listener = world.server.session.listen();
  const near = await world.client.session.newStream();
  await world.settle();
  const far = await listener.accept();
  await world.settle();
  if (how === "close") await near.close();
  if (how === "late close") {
    void near.write(new Uint8Array(200_000));
    void near.close();
  }
  if (how === "stopped") (far as typeof near).stopReading(1);
  await world.settle();
  return { near, far };
}

test.each(["close", "stopped"] as const)(
  "a half-closed stream (%s) that stays silent is reset after its linger",
  async (how) => {
    const world = new World({ halfCloseLinger: 300_000, keepaliveInterval: 10_000_000 });
    const { near } = await halfClosed(world, how);
    const error = near.closed.catch((reason: unknown) => reason);
    await pass(world, [world.client], 295_000, 5000);
    expect(near.ended).toBe(false);
    await pass(world, [world.client], 85_000, 5000);
    expect(near.ended).toBe(true);
    expect(await error).toMatchObject({ code: "ERR_RESET" });
    await world.settle();
    expect(world.server.session.stats().streamsOpen).toBe(0);
  },
);

test("the linger begins when the end has left, also when that was long after close", async () => {
  const world = new World({ halfCloseLinger: 300_000, keepaliveInterval: 10_000_000 });
  const { near, far } = await halfClosed(world, "late close");
  await pass(world, [world.client], 500_000, 5000);
  expect(near.ended).toBe(false);
  for (let got = 0; got < 200_000; ) {
    got += (await far?.read())?.byteLength ?? 0;
    await world.settle();
  }
  expect(near.sendEnded).toBe(true);
  await pass(world, [world.client], 290_000, 5000);
  expect(near.ended).toBe(false);
  await pass(world, [world.client], 90_000, 5000);
  expect(near.ended).toBe(true);
});

test("a half-closed stream whose own reader is slow is not taken for silent", async () => {
  const world = new World({ halfCloseLinger: 300_000, keepaliveInterval: 10_000_000 });
  const { near, far } = await halfClosed(world, "close");
  void far?.write(new Uint8Array(10));
  await world.settle();
  await pass(world, [world.client], 2_000_000, 25_000);
  expect(near.ended).toBe(false);
  await near.read();
  await pass(world, [world.client], 400_000, 25_000);
  expect(near.ended).toBe(true);
});

test("a session that is over wants no more ticks", async () => {
  const world = new World();
  await halfClosed(world, "close");
  world.client.session.blocked(true);
  void world.client.session.close();
  expect(world.client.session.nextTick).toBe(Number.POSITIVE_INFINITY);
  world.client.session.tick();
});

test("a deadline that rounding puts on the very moment does not ring for ever", () => {
  let asked = 0;
  const limits = {
    ...limitsOf({}),
    get keepaliveInterval(): number {
      asked += 1;
      if (asked > 10_000) throw new Error("It rings for ever.");
      return 30_000;
    },
  };
  const host = { fail: () => {}, probe: () => {}, silence: () => {}, beacon: () => {}, sweep: () => false };
  for (let heardAt = 0; heardAt < 100_000; heardAt += 997.13) {
    const liveness = new Liveness(limits, host, heardAt, 0.5);
    liveness.greeted(heardAt, true);
    liveness.tick(liveness.next);
  }
  expect(asked).toBeLessThan(10_000);
});

test("silence at the start says who the peer is, but not to an event loop that was blocked: it listens for a second more", () => {
  const silences: number[] = [];
  const nothing = (): void => {};
  const fail = (error: Error): never => {
    throw error;
  };
  const host = { fail, probe: nothing, beacon: nothing, sweep: () => false };
  const listener = (name: number): Liveness =>
    new Liveness(
      limitsOf({ handshakeTimeout: 200 }),
      { ...host, silence: () => void silences.push(name) },
      0,
      0.5,
      300,
    );
  const [punctual, blocked, greeted] = [listener(1), listener(2), listener(3)];
  punctual.tick(299);
  expect(silences).toEqual([]);
  punctual.tick(310);
  expect(silences).toEqual([1]);
  for (const one of [blocked, greeted]) {
    one.tick(5000);
    expect(one.next).toBe(6000);
  }
  greeted.greeted(5001, false);
  greeted.tick(8000);
  blocked.tick(8000);
  expect(silences).toEqual([1, 2]);
});
