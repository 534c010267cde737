// Peers that send much of what costs them little. What is kept stays bounded, and a flood ends the session.

import assert from "node:assert/strict";
import { concat, latin1, times } from "../bytes.js";
import type { HostileCodec } from "../codec.js";
import { bytesInUse } from "../heap.js";
import { type HostilePeer, turn, until } from "../peer.js";
import type { Site } from "../site.js";
import { next, type Row } from "./row.js";

const FLOOD = 100_000;
const x = latin1("x");
const nothing = new Uint8Array(0);

/** Settles for ERR_CALM as the end of the session, said to the peer. */
async function calmed(peer: HostilePeer): Promise<void> {
  const error = await peer.failure();
  assert.equal(error.code, "ERR_CALM");
  assert.equal(await peer.closeCode(), peer.expectedCode(error));
  assert.equal(peer.session.stats().streamsOpen, 0);
}

/** A peer with one stream, which then sends the flood. */
function flood(row: string, of: string, frames: (codec: HostileCodec) => Uint8Array): Row {
  return {
    row,
    does: `100,000 ${of} end the session with ERR_CALM`,
    async run(site) {
      const peer = site.peer();
      peer.session.listen();
      await peer.send(site.codec.open(site.codec.ids.client.first), frames(site.codec));
      await calmed(peer);
    },
  };
}

/** The ids that a client may open, from the first. */
const idsOf = (codec: HostileCodec) => (i: number) => codec.ids.client.first + i * codec.step;

/** A handler that never decides, and how many of it run. */
function stuck(): { handler: () => Promise<never>; running: number } {
  const count = {
    running: 0,
    handler(): Promise<never> {
      count.running += 1;
      return new Promise<never>(() => {});
    },
  };
  return count;
}

async function aliveAfter(peer: HostilePeer, site: Site): Promise<void> {
  if (site.codec.noPing) {
    const stream = await peer.session.newStream();
    await turn();
    assert.ok(peer.of("other", Number(stream.id)).length > 0, "a stream is opened");
    return stream.reset();
  }
  const before = peer.of("pong").length;
  await peer.send(site.codec.ping(7));
  assert.equal(peer.of("pong").length, before + 1, "a ping is answered");
}

export const floods: readonly Row[] = [
  flood("13", "credits of zero", ({ credit, ids }) => times(FLOOD, () => credit(ids.client.first, 0))),
  flood("14", "data frames without data", ({ data, ids }) => times(FLOOD, () => data(ids.client.first, nothing))),
  {
    row: "14",
    does: "empty data frames are a flood also on a stream that nobody has accepted",
    async run(site) {
      const { open, data, ids } = site.codec;
      const peer = site.peer();
      await peer.send(
        open(ids.client.first),
        times(3000, () => data(ids.client.first, nothing)),
      );
      await calmed(peer);
    },
  },
  flood("15", "data frames for a stream that is over", ({ reset, data, ids }) =>
    concat(
      reset(ids.client.first),
      times(FLOOD, () => data(ids.client.first, x)),
    ),
  ),
  flood("15", "credits for a stream that is over", ({ reset, credit, ids }) =>
    concat(
      reset(ids.client.first),
      times(FLOOD, () => credit(ids.client.first, 1)),
    ),
  ),
  {
    row: "15",
    does: "frames for streams that are over are dropped without a trace, while there are no more than an honest peer has on the way",
    async run(site) {
      const { open, reset, data, credit, end, ids } = site.codec;
      const id = ids.client.first;
      const peer = site.peer();
      peer.session.listen();
      await peer.send(
        open(id),
        reset(id),
        times(5000, () => data(id, x)),
        times(5000, () => credit(id, 5)),
        end(id),
        reset(id),
      );
      assert.equal(peer.session.stats().streamsOpen, 0);
      await aliveAfter(peer, site);
    },
  },
  {
    row: "24",
    does: "100,000 answers to nothing are ignored",
    async run(site) {
      const { pong, open, ids } = site.codec;
      const peer = site.peer();
      await peer.send(times(FLOOD, (i) => pong(i + 50)));
      await peer.send(open(ids.client.first));
      assert.equal(peer.session.stats().streamsOpen, 1);
      await aliveAfter(peer, site);
    },
  },
  {
    row: "24",
    does: "late answers about streams that are over are ignored",
    async run(site) {
      const { accept, reset, ids } = site.codec;
      const peer = site.peer({ role: "client" });
      const stream = await peer.session.newStream();
      await turn();
      stream.reset();
      await peer.send(times(5000, () => concat(accept(ids.client.first), reset(ids.client.first))));
      await aliveAfter(peer, site);
    },
  },
  {
    row: "27",
    does: "of 10,000 streams that nobody accepts 128 wait and the rest are refused, and an older one goes on",
    async run(site) {
      const { open, data } = site.codec;
      const id = idsOf(site.codec);
      const peer = site.peer();
      const listener = peer.session.listen();
      await peer.send(open(id(0)));
      const old = await next(listener);
      for (let i = 0; i < 10; i += 1) await peer.send(times(1000, (j) => open(id(1 + 1000 * i + j))));
      assert.equal(peer.of("refuse").length, 10_000 - 128);
      assert.equal(peer.session.stats().streamsOpen, 129);
      await peer.send(data(id(0), latin1("still")));
      const chunk = await old.read();
      assert.equal(chunk?.byteLength, 5);
      void old.write(latin1("here"));
      await turn();
      assert.ok(peer.of("data", id(0)).some((frame) => frame.value === 4));
    },
  },
  {
    row: "27",
    does: "streams over the limit are refused, and others may be opened when some have ended",
    needsReset: true,
    async run(site) {
      const { open, reset } = site.codec;
      const id = idsOf(site.codec);
      const peer = site.peer({ maxInboundStreams: 2 });
      peer.session.listen();
      await peer.send(open(id(0)), open(id(1)), open(id(2)));
      assert.deepEqual(
        peer.of("refuse").map((frame) => frame.id),
        [id(2)],
      );
      await peer.send(reset(id(0)), open(id(3)));
      assert.equal(peer.of("refuse").length, 1);
      assert.equal(peer.session.stats().streamsOpen, 2);
    },
  },
  {
    row: "28",
    does: "100,000 streams opened and reset end the session with ERR_CALM, and start no more handlers than the backlog has room for",
    async run(site) {
      const { open, reset } = site.codec;
      const id = idsOf(site.codec);
      const count = stuck();
      const peer = site.peer();
      peer.session.listen(count.handler);
      await peer.send(times(FLOOD, (i) => concat(open(id(i)), reset(id(i)))));
      await calmed(peer);
      assert.equal(count.running, 128);
    },
  },
  {
    row: "28",
    does: "a thousand resets at once and a hundred a second after that pass, two hundred a second do not",
    async run(site) {
      const { open, reset } = site.codec;
      const id = idsOf(site.codec);
      const peer = site.peer();
      peer.session.listen();
      let at = 0;
      const cancel = (many: number): Promise<void> => {
        const from = at;
        at += many;
        return peer.send(times(many, (i) => concat(open(id(from + i)), reset(id(from + i)))));
      };
      await cancel(1000);
      for (let second = 0; second < 20; second += 1) {
        await site.pass(1000);
        await cancel(100);
      }
      await aliveAfter(peer, site);
      for (let second = 0; second < 2; second += 1) {
        await site.pass(1000);
        await cancel(200);
      }
      await calmed(peer);
    },
  },
  {
    row: "28b",
    does: "50,000 streams that end cleanly, with 500 cancelled among them, are no flood",
    async run(site) {
      const { open, reset, end } = site.codec;
      const id = idsOf(site.codec);
      const peer = site.peer();
      const listener = peer.session.listen();
      void (async () => {
        for await (const stream of listener) void stream.close();
      })();
      let ends = 0;
      for (let round = 0; round < 500; round += 1) {
        const at = round * 101;
        const clean = times(100, (i) => concat(open(id(at + i)), end(id(at + i))));
        await peer.send(clean, open(id(at + 100)), reset(id(at + 100)));
        ends += peer.of("data").filter((frame) => frame.end).length;
        peer.seen = [];
      }
      await until("all are over", () => peer.session.stats().streamsOpen === 0);
      ends += peer.of("data").filter((frame) => frame.end).length;
      // Where there is no reset, those were ends, too.
      assert.equal(ends, site.codec.noReset ? 50_500 : 50_000);
    },
  },
  {
    row: "29",
    does: "streams opened, ended and made to be given up are a flood as those that their opener resets",
    needsReset: true,
    async run(site) {
      const { open, end, provokeReset } = site.codec;
      const id = idsOf(site.codec);
      const peer = site.peer();
      const listener = peer.session.listen();
      let taken = 0;
      void (async () => {
        for await (const _ of listener) taken += 1;
      })();
      for (let i = 0; i < 5000; i += 50) {
        await peer.send(times(50, (j) => concat(open(id(i + j)), end(id(i + j)))));
        await peer.send(times(50, (j) => provokeReset(id(i + j))));
      }
      await calmed(peer);
      assert.ok(taken > 1000 && taken <= 1050, `the application got ${taken}`);
    },
  },
  {
    row: "29",
    does: "handlers that still run count against the backlog, also when their streams are given up",
    needsReset: true,
    async run(site) {
      const { open, reset } = site.codec;
      const id = idsOf(site.codec);
      const count = stuck();
      const peer = site.peer({ acceptBacklog: 10 });
      peer.session.listen(count.handler);
      for (let i = 0; i < 500; i += 1) await peer.send(open(id(i)), reset(id(i)));
      assert.equal(count.running, 10);
      assert.equal(peer.session.stats().streamsOpen, 0);
    },
  },
  {
    row: "29",
    does: "a peer that makes streams be given up, and does not read, is read no further",
    run: (site) => unread(site, 1000),
  },
  {
    row: "30",
    does: "100,000 refused openings leave the heap as it was",
    async run(site) {
      const { open } = site.codec;
      const id = idsOf(site.codec);
      const peer = site.peer();
      peer.session.listen((headers) => ({ accept: false, headers }));
      let at = 0;
      const refuse = async (many: number): Promise<void> => {
        for (const end = at + many; at < end; at += 100) {
          const from = at;
          await peer.send(times(100, (i) => open(id(from + i))));
          await site.pass(100);
          assert.equal(peer.of("refuse").length, 100);
          peer.seen = [];
        }
      };
      await refuse(10_000);
      const before = await bytesInUse();
      await refuse(90_000);
      assert.ok((await bytesInUse()) - before < 1 << 20, "kept less than 1 MiB");
      assert.equal(peer.session.stats().streamsOpen, 0);
    },
  },
  flood("31", "pings in one go", ({ ping }) => times(FLOOD, (i) => ping(i))),
  {
    row: "31",
    does: "100,000 pings of a peer that does not read end the session with ERR_CALM, after at most 32 answers waited",
    async run(site) {
      const { ping } = site.codec;
      const peer = site.peer({ reads: false, highWaterMark: 1 });
      for (let i = 0; i < 100; i += 1) await peer.send(ping(i));
      peer.say(times(FLOOD, (i) => ping(i)));
      assert.equal((await peer.failure()).code, "ERR_CALM");
      peer.read();
      await turn();
      // One or two leave before the transport is full.
      assert.ok(peer.of("pong").length <= 34, `${peer.of("pong").length} answers`);
    },
  },
  {
    row: "31",
    does: "a peer that provokes refusals and does not read is read no further, and given up when nothing moves",
    run: (site) => unread(site, 1),
  },
];

/** A peer that makes the session answer each of its streams, and takes no answer. */
async function unread(site: Site, maxInboundStreams: number): Promise<void> {
  const { open, ids, step } = site.codec;
  const peer = site.peer({ reads: false, highWaterMark: 1, maxInboundStreams });
  const listener = peer.session.listen(() => ({ accept: true }));
  void (async () => {
    for await (const stream of listener) stream.reset();
  })();
  const some = (from: number): Uint8Array => times(100, (i) => open(ids.client.first + step * (from + i)));
  const rounds = 100;
  for (let round = 0; round < rounds; round += 1) await peer.send(some(100 * round));
  assert.ok(peer.session.stats().bytesIn < (rounds * some(0).byteLength) / 4, "most was not read");
  await site.pass(32_000, 1000);
  assert.equal((await peer.failure()).code, "ERR_TIMEOUT");
}
