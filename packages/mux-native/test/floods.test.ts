// Much at once: what is a flood on this wire alone, and what is none.

import { expect, test } from "vitest";
import { drain, open, RESET, STOP, stop, times } from "./tools/frames.js";
import { pair, RawPeer, turn, until } from "./tools/peer.js";

test("opening streams without data is no flood, however fast the handler accepts them", async () => {
  const peer = new RawPeer({ maxInboundStreams: 5000, acceptBacklog: 5000 });
  peer.session.listen(() => ({ accept: true }));
  await peer.send(times(5000, (i) => open(1 + 2 * i)));
  await until("all are accepted", () => peer.session.stats().streamsAccepted === 5000);
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

test("a peer that says over and over that it drains, beside a thousand streams, is a flood", async () => {
  const peer = new RawPeer({ acceptBacklog: 1000 });
  await peer.send(times(1000, (i) => open(1 + 2 * i)));
  await peer.send(times(10_000, () => drain(0)));
  expect((await peer.failure()).code).toBe("ERR_CALM");
});

test("streams that find no room are refused, and a peer that keeps opening them is a flood", async () => {
  const peer = new RawPeer();
  await peer.send(times(10_000, (i) => open(1 + 2 * i)));
  expect((await peer.session.newStream()).id).toBe("2");
  await peer.send(times(20_000, (i) => open(20_001 + 2 * i)));
  expect((await peer.failure()).code).toBe("ERR_CALM");
});

test("so it is when few come at a time, and each of them is refused before the next come", async () => {
  const peer = new RawPeer({ acceptBacklog: 10 });
  for (let batch = 0; batch < 250; batch += 1) {
    await peer.send(times(100, (i) => open(1 + 2 * (100 * batch + i))));
    await turn();
  }
  expect((await peer.failure()).code).toBe("ERR_CALM");
});
