// Ids, ends and states of streams: what a peer may not say about one, and what an application sees of it.

import assert from "node:assert/strict";
import { latin1, text } from "../bytes.js";
import { errorOf, turn } from "../peer.js";
import { next, type Row } from "./row.js";

export const streams: readonly Row[] = [
  {
    row: "20",
    does: "nothing that follows a fault in the same chunk has an effect",
    async run(site) {
      const { open, data, ping, ids, step } = site.codec;
      const { first } = ids.client;
      const peer = site.peer();
      let asked = 0;
      peer.session.listen(() => {
        asked += 1;
      });
      await peer.send(open(first), data(first + 2 * step, latin1("x")), open(first + step), ping(9));
      assert.equal((await peer.failure()).code, "ERR_PROTOCOL");
      assert.equal(asked, 1);
      assert.deepEqual(peer.of("pong"), []);
    },
  },
  {
    row: "21",
    does: "what comes with a reused id reaches neither stream",
    async run(site) {
      const { open, end, ids } = site.codec;
      const id = ids.client.first;
      const peer = site.peer();
      const listener = peer.session.listen();
      await peer.send(open(id, latin1("first")), end(id));
      const stream = await next(listener);
      await peer.send(open(id, latin1("second")));
      assert.equal((await peer.failure()).code, "ERR_PROTOCOL");
      assert.equal(text(await stream.read()), "first");
      assert.equal(await stream.read(), null);
      assert.equal(await listener.accept(), null);
    },
  },
  ...(["data", "end"] as const).map(
    (what): Row => ({
      row: "22",
      does: `${what === "data" ? "data" : "an end"} after the end: the application sees one end, and nothing behind it`,
      async run(site) {
        const { open, data, end, ids, afterEnd } = site.codec;
        const id = ids.client.first;
        const peer = site.peer();
        const listener = peer.session.listen();
        await peer.send(open(id, latin1("all")), end(id));
        const stream = await next(listener);
        await peer.send(what === "data" ? data(id, latin1("late")) : end(id));
        if (afterEnd !== undefined) assert.equal((await peer.failure()).code, afterEnd);
        assert.equal(text(await stream.read()), "all");
        assert.equal(await stream.read(), null);
        assert.equal(await stream.read(), null);
      },
    }),
  ),
  {
    row: "22",
    does: "an end after a reset is ignored: the stream stays reset",
    needsReset: true,
    async run(site) {
      const { open, end, reset, data, ids, step } = site.codec;
      const id = ids.client.first;
      const peer = site.peer();
      const listener = peer.session.listen();
      await peer.send(open(id, latin1("part")));
      const stream = await next(listener);
      await peer.send(reset(id), end(id), data(id, latin1("late")), end(id));
      assert.equal(text(await stream.read()), "part");
      for (const work of [stream.read(), stream.write(latin1("x")), stream.closed]) {
        const error = await errorOf(work);
        assert.equal(error.code, "ERR_RESET");
        assert.equal(error.remote, true);
      }
      await peer.send(open(id + step));
      assert.equal(peer.session.stats().streamsOpen, 1);
    },
  },
  {
    row: "26",
    does: "the last id opens, no id follows it or wraps around, and streams that live go on until then",
    async run(site) {
      const { open, data, ids, step, anyOrder } = site.codec;
      const { first, last } = ids.client;
      const peer = site.peer();
      const listener = peer.session.listen();
      await peer.send(open(first), open(last, latin1("last")));
      const [early, late] = [await next(listener), await next(listener)];
      assert.equal(text(await late.read()), "last");
      await peer.send(data(first, latin1("on")));
      assert.equal(text(await early.read()), "on");
      await peer.send(open(anyOrder ? last + step : first + step));
      assert.equal((await peer.failure()).code, "ERR_PROTOCOL");
    },
  },
  {
    row: "32",
    does: "1,000 half-closed streams of a silent peer are reset after the linger",
    async run(site) {
      const { open, ids, step } = site.codec;
      const linger = 300_000;
      const limits = { halfCloseLinger: linger, keepaliveInterval: 1e9, acceptBacklog: 1000 };
      const peer = site.peer(limits);
      const listener = peer.session.listen();
      for (let i = 0; i < 1000; i += 1) peer.say(open(ids.client.first + step * i));
      const closed: Promise<unknown>[] = [];
      for (let i = 0; i < 1000; i += 1) {
        const stream = await next(listener);
        void stream.close();
        closed.push(errorOf(stream.closed));
      }
      await turn();
      await site.pass(linger - 1000, 1000);
      assert.equal(peer.session.stats().streamsOpen, 1000);
      await site.pass(linger / 2, 1000);
      assert.equal(peer.session.stats().streamsOpen, 0);
      assert.equal(peer.of("reset").length, site.codec.resetIsEnd ? 0 : 1000);
      await Promise.all(closed);
    },
  },
];
