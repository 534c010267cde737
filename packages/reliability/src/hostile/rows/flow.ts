// Windows: what a peer sends beyond one, and what nobody reads.

import assert from "node:assert/strict";
import { latin1, text, times } from "../bytes.js";
import { bytesInUse } from "../heap.js";
import { errorOf, turn, until } from "../peer.js";
import { count, next, type Row } from "./row.js";

const KiB = 1024;
const x = latin1("x");

export const flow: readonly Row[] = [
  tinyFrames(256 * KiB, 1),
  tinyFrames(256 * KiB, 600),
  {
    row: "11",
    does: "credit above the most ends the session with ERR_FLOW_CONTROL, and the connection is broken off although the peer holds it",
    async run(site) {
      const { open, credit, mostCredit, ids } = site.codec;
      const peer = site.peer({ reads: false });
      await peer.send(open(ids.client.first), credit(ids.client.first, mostCredit));
      assert.equal((await peer.failure()).code, "ERR_FLOW_CONTROL");
      const broken = errorOf(peer.conn.closed);
      await site.pass(2000);
      assert.equal((await broken).code, "ERR_RESET");
    },
  },
  {
    row: "11",
    does: "credit up to the most is taken, and one more is not",
    async run(site) {
      const { open, credit, mostCredit, leastWindow, ids } = site.codec;
      const id = ids.client.first;
      const peer = site.peer({ window: leastWindow });
      await peer.send(open(id), credit(id, mostCredit - leastWindow));
      assert.equal([...peer.session.stats().streams()][0]?.sendCredit, mostCredit);
      await peer.send(credit(id, 1));
      const error = await peer.failure();
      assert.equal(error.code, "ERR_FLOW_CONTROL");
      assert.equal(await peer.closeCode(), peer.expectedCode(error));
    },
  },
  {
    row: "12",
    does: "an opening with more data than the window makes no stream, and the application sees nothing",
    async run(site) {
      const { open, data, leastWindow, ids, bareOpening } = site.codec;
      const peer = site.peer({ initialWindow: leastWindow });
      let asked = 0;
      const listener = peer.session.listen(() => {
        asked += 1;
      });
      await peer.send(open(ids.client.first, new Uint8Array(leastWindow + 1)), data(ids.client.first, x));
      assert.equal((await peer.failure()).code, "ERR_FLOW_CONTROL");
      const stream = await listener.accept();
      if (bareOpening)
        return assert.equal((await errorOf(stream === null ? undefined : count(stream))).code, "ERR_FLOW_CONTROL");
      assert.equal(stream, null);
      assert.equal(asked, 0);
      assert.equal(peer.session.stats().streamsAccepted, 0);
    },
  },
  {
    row: "12",
    does: "of a frame that goes beyond the window by a byte nothing is delivered, and what came before it still is",
    async run(site) {
      const { open, data, leastWindow, ids } = site.codec;
      const peer = site.peer({ initialWindow: leastWindow });
      const listener = peer.session.listen();
      await peer.send(open(ids.client.first, latin1("good")));
      const stream = await next(listener);
      // As much as makes one frame of the rest, on every wire.
      const before = leastWindow - Math.min(leastWindow, site.codec.mostPayload ?? leastWindow) + 4;
      if (before > 4) await peer.send(data(ids.client.first, new Uint8Array(before - 4)));
      await peer.send(data(ids.client.first, new Uint8Array(leastWindow - before + 1)));
      assert.equal((await peer.failure()).code, "ERR_FLOW_CONTROL");
      let came = 0;
      const reading = (async () => {
        for await (const chunk of stream) came += chunk.byteLength;
      })();
      assert.equal((await errorOf(reading)).code, "ERR_FLOW_CONTROL");
      assert.equal(came, before);
    },
  },
  {
    row: "16",
    does: "a peer that answers pings late, to look far away, gets the budget for windows and no more",
    async run(site) {
      const { open, data, pong, leastWindow, ids, step } = site.codec;
      const budget = KiB * KiB;
      const peer = site.peer({ initialWindow: leastWindow, growthBudget: budget });
      const listener = peer.session.listen();
      const allowed = new Map<number, number>();
      for (let i = 0; i < 8; i += 1) {
        const id = ids.client.first + step * i;
        allowed.set(id, leastWindow);
        peer.say(open(id));
        void count(await next(listener)).catch(() => {});
      }
      for (let round = 0; round < 10; round += 1) {
        for (const [id, credit] of allowed) {
          for (let left = credit; left > 0; left -= 16 * KiB)
            peer.say(data(id, new Uint8Array(Math.min(left, 16 * KiB))));
          allowed.set(id, 0);
        }
        await turn();
        await site.pass(1000);
        for (const { kind, id, value } of peer.seen) {
          if (kind === "ping") peer.say(pong(value));
          if (kind === "credit") allowed.set(id, (allowed.get(id) ?? 0) + value);
        }
        peer.seen = [];
        await turn();
        const total = [...allowed.values()].reduce((sum, credit) => sum + credit, 0);
        assert.ok(total <= 8 * leastWindow + budget, `${total} bytes may come`);
        if (round === 9) assert.ok(total > budget / 2, `windows grew to ${total} only`);
      }
    },
  },
  {
    row: "17",
    does: "beside a stream that nobody reads a thousand others complete, and it keeps no more than its window",
    async run(site) {
      const window = site.codec.leastWindow;
      const { client, server } = site.pair({ initialWindow: window, maxInboundStreams: 1001, acceptBacklog: 1001 });
      const listener = server.listen();
      const lazy = await client.newStream();
      const blocked = lazy.write(new Uint8Array(4 * window));
      const idle = await next(listener);
      void (async () => {
        for await (const stream of listener) void count(stream).then(() => stream.close());
      })();
      const work = Array.from({ length: 1000 }, async () => {
        const stream = await client.newStream();
        await stream.write(new Uint8Array(2 * window));
        await stream.close();
        return count(stream);
      });
      await Promise.all(work);
      const [stats] = server.stats().streams();
      assert.equal(stats?.id, idle.id);
      assert.equal(stats?.unread, window);
      lazy.reset();
      await errorOf(blocked);
    },
  },
  {
    row: "23",
    does: "credit for a direction that has ended is ignored",
    async run(site) {
      const { open, credit, data, end, ids } = site.codec;
      const id = ids.client.first;
      const peer = site.peer();
      const listener = peer.session.listen();
      await peer.send(open(id));
      const stream = await next(listener);
      await stream.close();
      await turn();
      await peer.send(credit(id, 1000), data(id, latin1("on")), end(id));
      assert.equal(text(await stream.read()), "on");
      assert.equal(await stream.read(), null);
      await peer.send(credit(id, 1000), open(id + site.codec.step));
      assert.equal(peer.session.stats().streamsOpen, 1);
    },
  },
  {
    row: "25",
    does: "a stream that nobody has accepted takes its window and not a byte more, while others go on",
    async run(site) {
      const { open, data, leastWindow, ids, step } = site.codec;
      const [first, second] = [ids.client.first, ids.client.first + step];
      const peer = site.peer({ initialWindow: leastWindow });
      const listener = peer.session.listen();
      await peer.send(open(first));
      const stream = await next(listener);
      await peer.send(
        open(second),
        times(leastWindow / KiB, () => data(second, new Uint8Array(KiB))),
      );
      await peer.send(data(first, latin1("on")));
      assert.equal(text(await stream.read()), "on");
      assert.deepEqual(peer.of("credit", second), []);
      await peer.send(data(second, x));
      assert.equal((await peer.failure()).code, "ERR_FLOW_CONTROL");
    },
  },
  {
    row: "38",
    does: "while the transport takes nothing writers wait, each with one frame at most, and go on when it does",
    async run(site) {
      const { accept, ids, step } = site.codec;
      const window = 1 << 24;
      const peer = site.peer({ role: "client", reads: false, highWaterMark: 1, window });
      await peer.session.ready;
      const many = 100;
      const size = 16 * KiB;
      let settled = 0;
      const writing: Promise<void>[] = [];
      for (let i = 0; i < many; i += 1) {
        const stream = await peer.session.newStream();
        writing.push(
          (async () => {
            for (let round = 0; round < 20; round += 1) {
              await stream.write(new Uint8Array(size));
              settled += 1;
            }
            await stream.close();
          })(),
        );
      }
      for (let i = 0; i < 20; i += 1) await turn();
      // 256 KiB are the high water; what else waits are writes that have not resolved, one a stream.
      assert.ok(settled * size <= 2 * 256 * KiB, `${settled} writes went on`);
      let unsent = 0;
      for (const stream of peer.session.stats().streams()) unsent += stream.unsent;
      assert.ok(unsent <= 2 * 256 * KiB + many * size, `${unsent} bytes wait`);
      peer.read();
      peer.say(times(many, (i) => accept(ids.client.first + step * i)));
      await Promise.all(writing);
      await until("all of it came", () => peer.of("data").filter((frame) => frame.end).length === many);
      assert.equal(
        peer.seen.reduce((sum, frame) => (frame.kind === "data" ? sum + frame.value : sum), 0),
        many * 20 * size,
      );
    },
  },
  {
    row: "38b",
    does: "beside as many unread streams as the limit allows, each with its window full, one that is read runs at full speed",
    async run(site) {
      const window = site.codec.leastWindow;
      const unread = 999;
      const { client, server } = site.pair({ initialWindow: window, acceptBacklog: unread + 1 });
      const listener = server.listen();
      for (let i = 0; i < unread; i += 1) void (await client.newStream()).write(new Uint8Array(2 * window));
      for (let i = 0; i < unread; i += 1) await next(listener);
      await until("all are full", () => [...server.stats().streams()].every((stream) => stream.unread === window));
      const stream = await client.newStream();
      const far = await next(listener);
      const size = 8 * KiB * KiB;
      const writing = (async () => {
        for (let at = 0; at < size; at += 64 * KiB) await stream.write(new Uint8Array(64 * KiB));
        await stream.close();
      })();
      let turns = 0;
      let reading = true;
      const counting = (async () => {
        for (; reading; turns += 1) await turn();
      })();
      assert.equal(await count(far), size);
      reading = false;
      await Promise.all([writing, counting]);
      // A sender that waited for its first window again and again would need 512 round trips.
      assert.ok(turns < 100, `${turns} turns of the event loop`);
    },
  },
];

/** Unread frames that each come in a large buffer of their own: what is kept must not hold on to those. */
function tinyFrames(window: number, size: number): Row {
  const frames = Math.floor(window / size);
  return {
    row: "9",
    does: `${frames.toLocaleString("en")} unread frames of ${size} bytes, each in a buffer of 64 KiB, keep at most four windows`,
    async run(site) {
      const { open, data, ids } = site.codec;
      const peer = site.peer({ initialWindow: window });
      peer.session.listen();
      await peer.send(open(ids.client.first));
      const before = await bytesInUse();
      const frame = data(ids.client.first, new Uint8Array(size));
      for (let i = 1; i <= frames; i += 1) {
        const buffer = Buffer.allocUnsafeSlow(64 * KiB);
        buffer.set(frame);
        void peer.conn.write(buffer.subarray(0, frame.byteLength));
        if (i % 256 === 0) await turn();
        if (i % 65_536 === 0 || i === frames) {
          assert.ok((await bytesInUse()) - before <= 4 * window, `kept too much after ${i} frames`);
        }
      }
      const [stats] = peer.session.stats().streams();
      assert.equal(stats?.unread, frames * size);
    },
  };
}
