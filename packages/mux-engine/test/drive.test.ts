// A session on a connection: what it does with one that waits, breaks, or never ends.

import { engineMux, Output, type SessionOptions } from "mux-engine";
import { type Conn, memoryPair, type StreamProvider } from "streams-core";
import { READY } from "streams-core/kit";
import { afterEach, expect, test, vi } from "vitest";
import { TinyWire } from "./tools/tiny-wire.js";
import { microtasks } from "./tools/world.js";

const never = new Promise<never>(() => {});

/** A client on a connection of which a test replaces what it wants. The far end has greeted, and does no more. */
function connect(options: SessionOptions, change: Partial<Conn>): { session: StreamProvider; conn: Conn } {
  const [conn, far] = memoryPair({ highWaterMark: 1 << 24 });
  for (const [name, value] of Object.entries(change)) Object.defineProperty(conn, name, { value });
  vi.spyOn(conn, "reset");
  for (const chunk of greetingOf()) void far.write(chunk);
  const session = engineMux((role) => new TinyWire(role, { window: 65536, maxFrame: 65536 }), options)(conn, "client");
  return { session, conn };
}

function greetingOf(): Uint8Array[] {
  const greeting = new Output();
  new TinyWire("server", { window: 1 << 20, maxFrame: 65536 }).start(greeting);
  return greeting.take();
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a write that fails ends the session with ERR_TRANSPORT_LOST and its cause", async () => {
  const cause = new Error("broken pipe");
  const { session, conn } = connect({}, { write: () => Promise.reject(cause) });
  await expect(session.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST", cause });
  expect(conn.reset).toHaveBeenCalled();
});

test("a read that fails does so too, and nothing is written after it", async () => {
  const cause = new Error("connection reset");
  const writes: Uint8Array[] = [];
  const { session } = connect(
    {},
    {
      read: () => Promise.reject(cause),
      write: (chunk) => {
        writes.push(chunk);
        return READY;
      },
    },
  );
  const stream = await session.newStream();
  void stream.write(new Uint8Array(10));
  await expect(session.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST", cause });
  await microtasks();
  expect(writes).toEqual([]);
});

test("close resolves in the end on a connection that neither ends nor breaks", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { session, conn } = connect({}, { close: () => never, closed: never });
  await session.ready;
  const closed = session.close();
  expect(conn.reset).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  await closed;
  expect(conn.reset).toHaveBeenCalled();
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
});

test("a session that drained gives the peer all the time of a write stall to take the rest", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { session, conn } = connect({ writeStallTimeout: 30_000 }, { close: () => never, closed: never });
  await session.ready;
  const drained = session.shutdown();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(conn.reset).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  await drained;
  expect(conn.reset).toHaveBeenCalled();
});

test("a transport that takes a chunk now and then is not stalled; one that takes none is", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const taken: (() => void)[] = [];
  const { session } = connect(
    { writeStallTimeout: 10_000, keepaliveInterval: 1_000_000 },
    { write: () => new Promise((resolve) => taken.push(resolve)) },
  );
  await session.ready;
  const stream = await session.newStream();
  void stream.write(new Uint8Array(200_000));
  let over = false;
  session.closed.catch(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(1);
  for (let i = 0; i < 3; i += 1) {
    taken.shift()?.();
    await vi.advanceTimersByTimeAsync(9000);
  }
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(12_000);
  await expect(session.closed).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
});

test("what one tick writes leaves once, after the tick", async () => {
  const sizes: number[] = [];
  const { session } = connect(
    {},
    {
      write: (chunk) => {
        sizes.push(chunk.byteLength);
        return READY;
      },
    },
  );
  await session.ready;
  await microtasks();
  sizes.length = 0;
  for (let i = 0; i < 50; i += 1) void (await session.newStream()).write(new Uint8Array(100));
  expect(sizes).toEqual([]);
  await microtasks();
  expect(sizes).toHaveLength(1);
});

test("what floods on after the session is over is not read for ever", async () => {
  let reads = 0;
  const flood = new Uint8Array(65_536);
  flood.set([2, 0, 0, 0, 9]); // data on a stream that nobody opened
  const { session } = connect(
    {},
    {
      read: () => {
        reads += 1;
        return new Promise((resolve) => setImmediate(resolve, flood));
      },
      close: () => never,
      closed: never,
    },
  );
  await expect(session.closed).rejects.toThrow();
  for (let i = 0; i < 100; i += 1) await microtasks();
  expect(reads).toBeGreaterThan(10);
  expect(reads).toBeLessThan(20);
});

test("a peer whose bytes make much work is read in slices that take about a share, and others have turns between them", async () => {
  let clock = 0;
  vi.spyOn(performance, "now").mockImplementation(() => clock);
  const sizes: number[] = [];
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  /** A byte of it takes a microsecond. */
  class SlowWire extends TinyWire {
    override receive(chunk: Uint8Array): void {
      sizes.push(chunk.byteLength);
      clock += chunk.byteLength / 1000;
    }
  }
  const [conn, far] = memoryPair({ highWaterMark: 1 << 24 });
  const session = engineMux(() => new SlowWire("client", { window: 65536, maxFrame: 65536 }))(conn, "client");
  setImmediate(count);
  for (let i = 0; i < 8; i += 1) await far.write(new Uint8Array(65_536));
  while (sizes.reduce((sum, size) => sum + size, 0) < 8 * 65_536) await new Promise(setImmediate);
  counting = false;
  // By halves, down to the least.
  expect(sizes.slice(0, 4)).toEqual([8192, 4096, 2048, 1024]);
  expect(Math.max(...sizes.slice(4))).toBe(1024);
  expect(turns).toBeGreaterThan(sizes.length / 3);
  void session.close();
});

test("however many peers make much work, others wait for one share at a time, and a light one for none", async () => {
  let clock = 0;
  vi.spyOn(performance, "now").mockImplementation(() => clock);
  let turn = 0;
  let counting = true;
  const count = (): void => {
    turn += 1;
    clock += 1;
    if (counting) setImmediate(count);
  };
  const received: { readonly who: number; readonly turn: number }[] = [];
  const LIGHT = 8;
  /** A byte of it takes a microsecond, and what the light peer sends in a turn, which takes a millisecond or more, a tenth of one. */
  class SlowWire extends TinyWire {
    readonly #who: number;
    constructor(who: number) {
      super("client", { window: 65536, maxFrame: 65536 });
      this.#who = who;
    }
    override receive(chunk: Uint8Array): void {
      received.push({ who: this.#who, turn });
      clock += this.#who === LIGHT ? 0.1 : chunk.byteLength / 1000;
    }
  }
  const peers = Array.from({ length: LIGHT + 1 }, (_, who) => {
    const [conn, far] = memoryPair({ highWaterMark: 1 << 24 });
    const session = engineMux(() => new SlowWire(who))(conn, "client");
    return { far, session };
  });
  setImmediate(count);
  for (const { far } of peers.slice(0, LIGHT)) void far.write(new Uint8Array(65_536));
  const asked: number[] = [];
  for (let i = 0; i < 50; i += 1) {
    asked.push(turn);
    await peers[LIGHT]?.far.write(new Uint8Array(10));
    await new Promise(setImmediate);
  }
  counting = false;
  const light = received.filter(({ who }) => who === LIGHT);
  expect(light.map((one) => one.turn)).toEqual(asked);
  // The first slices come as they come; from then on there is one in each turn.
  const heavy = received.filter((one) => one.who !== LIGHT && one.turn > 2);
  expect(new Set(heavy.map(({ who }) => who)).size).toBe(LIGHT);
  expect(heavy.length).toBeLessThanOrEqual(turn);
  for (const { session } of peers) void session.close();
});

test("the connection of a peer that floods ends a second after the session, and not before", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const close = vi.fn(() => never);
  const ping = new Output();
  const wire = new TinyWire("server", { window: 65536, maxFrame: 65536 });
  for (let i = 0; i < 20_000; i += 1) wire.ping(ping, 7);
  let pings = ping.take();
  const { session, conn } = connect(
    {},
    {
      read: () => {
        const chunk = pings.shift();
        return chunk === undefined ? never : new Promise((resolve) => setImmediate(resolve, chunk));
      },
      write: () => READY,
      close,
      closed: never,
    },
  );
  pings = [...greetingOf(), ...pings];
  await expect(session.closed).rejects.toMatchObject({ code: "ERR_CALM" });
  await vi.advanceTimersByTimeAsync(999);
  expect(conn.reset).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2);
  expect(conn.reset).toHaveBeenCalled();
  expect(close).not.toHaveBeenCalled();
});
