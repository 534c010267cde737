// Peers that send much of what costs them little: what is kept stays bounded, and a flood ends the session.

import type { Stream } from "streams-core";
import { expect, test } from "vitest";
import {
  bytes,
  credit,
  DATA,
  data,
  FIN,
  open,
  PING,
  parse,
  ping,
  REFUSED,
  RESET,
  reset,
  STOP,
  stop,
  times,
} from "./tools/frames.js";
import { bufferBytes } from "./tools/heap.js";
import { errorOf, pair, RawPeer, text, turn, until } from "./tools/peer.js";

test.each([
  ["credits of zero", times(100_000, () => credit(1, 0))],
  ["data frames without data", times(100_000, () => data(1))],
  [
    "frames for a stream that is over",
    bytes(
      reset(1),
      times(100_000, () => data(1, "x")),
    ),
  ],
  [
    "credit for a stream that is over",
    bytes(
      reset(1),
      times(100_000, () => credit(1, 1)),
    ),
  ],
  ["streams opened and reset", times(100_000, (i) => bytes(open(3 + 2 * i), reset(3 + 2 * i)))],
  ["pings in one go", times(100_000, (i) => ping(i))],
])("100,000 %s end the session with ERR_CALM", async (_, flood) => {
  const peer = new RawPeer();
  peer.session.listen();
  await peer.send(open(1), flood);
  expect((await peer.failure()).code).toBe("ERR_CALM");
  expect(await peer.closeCode()).toBe(3);
  expect(peer.session.stats().streamsOpen).toBe(0);
});

test("empty data frames are a flood also on a stream that nobody has accepted", async () => {
  const peer = new RawPeer();
  await peer.send(
    open(1),
    times(3000, () => data(1)),
  );
  expect((await peer.failure()).code).toBe("ERR_CALM");
});

test("opening streams without data is no flood, however fast the handler accepts them", async () => {
  const peer = new RawPeer({ maxInboundStreams: 5000, acceptBacklog: 5000 });
  peer.session.listen(() => ({ accept: true }));
  await peer.send(times(5000, (i) => open(1 + 2 * i)));
  expect(peer.session.stats().streamsAccepted).toBe(5000);
});

test("50,000 streams that end cleanly, with 500 cancelled among them, are no flood", async () => {
  const peer = new RawPeer();
  const listener = peer.session.listen();
  void (async () => {
    for await (const stream of listener) void stream.close();
  })();
  let id = 1;
  for (let round = 0; round < 500; round += 1) {
    const clean = times(100, () => {
      const one = open(id, "", FIN);
      id += 2;
      return one;
    });
    await peer.send(clean, open(id), reset(id));
    id += 2;
  }
  await until("all are over", () => peer.session.stats().streamsOpen === 0);
  expect(peer.of(DATA).filter((f) => f.flags & FIN)).toHaveLength(50_000);
});

test("handlers that still run count against the backlog, also when their streams were reset", async () => {
  const peer = new RawPeer({ acceptBacklog: 10 });
  let running = 0;
  peer.session.listen(async () => {
    running += 1;
    await new Promise(() => {});
  });
  await peer.send(times(500, (i) => bytes(open(1 + 2 * i), reset(1 + 2 * i))));
  expect(running).toBe(10);
  expect(peer.session.stats().streamsOpen).toBe(0);
});

test("of 10,000 streams that nobody accepts 128 wait and the rest are refused; an older one goes on", async () => {
  const { client, server } = pair();
  const listener = server.listen();
  const old = await client.newStream();
  const echo = await listener.accept();
  const opened: Stream[] = [];
  for (let i = 0; i < 10_000; i += 1) opened.push(await client.newStream());
  const refused = (await Promise.all(opened.slice(128).map((stream) => errorOf(stream.opened)))) ?? [];
  expect(refused).toHaveLength(9872);
  for (const error of refused) expect(error).toMatchObject({ code: "ERR_REFUSED", retryable: true });
  expect(server.stats().streamsOpen).toBe(129);
  void old.write(bytes("still"));
  expect(text((await echo?.read()) ?? null)).toBe("still");
});

test("streams over the limit are refused, and may be opened again when others have ended", async () => {
  const peer = new RawPeer({ maxInboundStreams: 2 });
  peer.session.listen();
  await peer.send(open(1), open(3), open(5));
  expect(peer.of(RESET).map((f) => [f.id, f.flags])).toEqual([[5, REFUSED]]);
  await peer.send(reset(1), open(7));
  expect(peer.of(RESET)).toHaveLength(1);
  expect(peer.session.stats().streamsOpen).toBe(2);
});

test.each([
  ["refusals", 1],
  ["resets", 1000],
])("a peer that provokes %s and does not read them is read no further", async (_, maxInboundStreams) => {
  const peer = new RawPeer({ reads: false, highWaterMark: 1, maxInboundStreams });
  const listener = peer.session.listen(() => ({ accept: true }));
  void (async () => {
    for await (const stream of listener) stream.reset();
  })();
  const rounds = 100;
  for (let round = 0; round < rounds; round += 1) {
    void peer.conn.write(times(100, (i) => open(1 + 2 * (100 * round + i))));
    await turn();
  }
  expect(peer.session.stats().bytesIn).toBeLessThan((rounds * 800) / 4);
});

test("answers to pings that wait are at most 32, for a peer that does not read", async () => {
  const peer = new RawPeer({ reads: false, highWaterMark: 1 });
  for (let i = 0; i < 100; i += 1) await peer.send(ping(i));
  const chunks: Uint8Array[] = [];
  void (async () => {
    for await (const chunk of peer.conn) chunks.push(chunk);
  })().catch(() => {});
  await turn();
  const { frames } = parse(bytes(...chunks).subarray(24));
  // A first one or two leave before the transport is full.
  expect(frames.filter((f) => f.type === PING && f.flags === 1).length).toBeLessThanOrEqual(34);
});

test("100,000 pings of a peer that does not read end the session with ERR_CALM", async () => {
  const peer = new RawPeer({ reads: false, highWaterMark: 1 });
  for (let round = 0; round < 100; round += 1) void peer.conn.write(times(1000, (i) => ping(i)));
  expect((await peer.failure()).code).toBe("ERR_CALM");
});

test("the transport is broken off after a fault, although the peer holds it open", async () => {
  const peer = new RawPeer({ reads: false });
  await peer.send(open(1, new Uint8Array(65536)), data(1, "x"));
  expect((await peer.failure()).code).toBe("ERR_FLOW_CONTROL");
  await peer.session.close();
  expect((await errorOf(peer.conn.closed)).code).toBe("ERR_RESET");
});

test("a hundred pings at once are all answered", async () => {
  const { client } = pair();
  const trips = await Promise.all(Array.from({ length: 100 }, () => client.ping()));
  for (const trip of trips) expect(trip).toBeGreaterThanOrEqual(0);
});

test("a peer may stop 1,000 streams over and over without more answers than streams", async () => {
  const peer = new RawPeer({ acceptBacklog: 1000 });
  const listener = peer.session.listen();
  await peer.send(times(1000, (i) => open(1 + 2 * i)));
  for (let i = 0; i < 1000; i += 1) await listener.accept();
  for (let round = 0; round < 5; round += 1) await peer.send(times(1000, (i) => stop(1 + 2 * i)));
  expect(peer.of(RESET)).toHaveLength(1000);
  expect(peer.of(STOP)).toHaveLength(0);
});

test("this end may reset thousands of streams at once", async () => {
  const { client, server } = pair({ maxInboundStreams: 5000, acceptBacklog: 5000, resetBurst: 5000 });
  server.listen(() => ({ accept: true }));
  const streams = await Promise.all(Array.from({ length: 3000 }, () => client.newStream()));
  await Promise.all(streams.map((stream) => stream.opened));
  for (const stream of streams) stream.reset();
  await until("the server has let go of them", () => server.stats().streamsOpen === 0);
  expect(await client.ping()).toBeGreaterThanOrEqual(0);
});

test.each([1, 600])(
  "one unread stream keeps at most four windows, with %i bytes in each chunk of 64 KiB",
  async (size) => {
    const window = 16384;
    const peer = new RawPeer({ initialWindow: window });
    await peer.send(open(1));
    const before = await bufferBytes();
    const count = Math.floor(window / size);
    for (let i = 0; i < count; i += 1) {
      // A skipped frame fills the chunk, of which then a few bytes are payload.
      const payload = data(1, new Uint8Array(size));
      const chunk = new Uint8Array(65536);
      chunk.set(payload);
      const rest = chunk.byteLength - payload.byteLength - 8;
      chunk.set([rest >>> 16, rest >>> 8, rest, 0xf0], payload.byteLength);
      void peer.conn.write(chunk);
      if (i % 64 === 0) await turn();
    }
    await turn();
    const [stats] = peer.session.stats().streams();
    expect(stats?.unread).toBe(count * size);
    // The last chunk stays until the next one comes.
    expect((await bufferBytes()) - before).toBeLessThan(4 * window + 65536);
  },
);
