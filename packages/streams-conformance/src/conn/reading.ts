// read: non-empty bytes, then null for ever; one at a time; an aborted one loses nothing.

import { check, equal, equalBytes } from "../tools/assert.js";
import { bytes, concat, pattern, text } from "../tools/bytes.js";
import type { ConnCase } from "./scene.js";

const theme = "reading";

export const reading: readonly ConnCase[] = [
  {
    theme,
    name: "read gives what the peer wrote, in both directions",
    symmetric: true,
    async run(t) {
      const { near, far } = await t.pair();
      await t.alive(near, far);
      await t.alive(far, near);
    },
  },
  {
    theme,
    name: "read gives null after the end, and for ever",
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(near, bytes("last"));
      await t.close(near);
      equal(text(await t.readAll(far)), "last", "bytes before the end");
      for (let again = 0; again < 3; again += 1) await t.ended(far);
    },
  },
  {
    theme,
    name: "read gives the end of a direction in which nothing was sent",
    async run(t) {
      const { near, far } = await t.pair();
      await t.close(near);
      await t.ended(far);
    },
  },
  {
    theme,
    name: "a second read while one waits rejects with ERR_READ_PENDING, and the first still gets its bytes",
    async run(t) {
      const { near, far } = await t.pair();
      const first = near.read();
      await t.rejects("a second read", near.read(), "ERR_READ_PENDING", { remote: false });
      await t.write(far, bytes("first"));
      const chunk = await t.within("the first read", first);
      check(chunk !== null && text(chunk) === "first", "the first read must get the bytes");
    },
  },
  {
    theme,
    name: "an aborted read rejects with the signal's reason and loses nothing",
    async run(t) {
      const { near, far } = await t.pair();
      const reason = { because: "changed my mind" };
      for (let round = 0; round < 3; round += 1) {
        const controller = new AbortController();
        const aborted = near.read({ signal: controller.signal });
        controller.abort(reason);
        await t.rejectsWith("an aborted read", aborted, reason);
        await t.alive(far, near);
      }
    },
  },
  {
    theme,
    name: "a read whose signal has fired already rejects and leaves the bytes for the next",
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(far, bytes("kept"));
      const reason = new Error("too late");
      await t.rejectsWith("a read with a fired signal", near.read({ signal: AbortSignal.abort(reason) }), reason);
      equal(text(await t.readExactly(near, 4)), "kept", "bytes read next");
    },
  },
  {
    theme,
    name: "for await reads to the end, and leaving the loop leaves the pipe open",
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(far, bytes("one"));
      for await (const chunk of near) {
        equal(text(chunk), "one", "the first chunk");
        break;
      }
      await t.alive(near, far);
      await t.write(far, bytes("two"));
      void far.close();
      const rest: Uint8Array[] = [];
      const loop = (async () => {
        for await (const chunk of near) rest.push(chunk);
      })();
      await t.within("the loop to end with the pipe", loop);
      equal(text(concat(rest)), "two", "bytes of the second loop");
    },
  },
  {
    theme,
    name: "bytes that were read stay as they are while others arrive",
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(300_000);
      void far.write(sent.slice());
      void far.close();
      equalBytes(await t.readAll(near), sent, "all chunks, compared after the last");
    },
  },
];
