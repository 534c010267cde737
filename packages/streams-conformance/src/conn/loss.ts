// A connection that breaks is never a clean end.

import { check, checkPrefix } from "../tools/assert.js";
import { bytes, concat, pattern } from "../tools/bytes.js";
import { flood } from "../tools/index.js";
import { type ConnCase, needsBackpressure, needsCut } from "./scene.js";

const theme = "loss";

export const loss: readonly ConnCase[] = [
  {
    theme,
    name: "when the connection breaks, what waits rejects at both ends, and so does what comes later",
    needs: needsCut,
    symmetric: true,
    async run(t) {
      const { near, far, cut } = await t.pair();
      await t.alive(near, far);
      const waiting = [near.read(), far.read()];
      cut();
      for (const read of waiting) await t.rejects("a read that waited", read, t.losses);
      for (const end of [near, far]) {
        await t.rejects("closed", end.closed, t.losses);
        await t.rejects("a later read", end.read(), t.losses);
        await t.rejects("a later write", end.write(bytes("x")), t.losses);
        await t.rejects("a later close", end.close(), t.losses);
        end.reset();
      }
    },
  },
  {
    theme,
    name: "when the connection breaks, the reader gets a prefix of what was sent and then an error",
    needs: needsCut,
    async run(t) {
      const { near, far, cut } = await t.pair();
      const sent = pattern(300_000);
      void near.write(sent.slice());
      const first = await t.read(far);
      check(first !== null, "the pipe ended before it was cut");
      cut();
      const { bytes: rest, clean, error } = await t.drain(far);
      check(!clean, "a broken connection was read as a clean end");
      checkPrefix(concat([first, rest]), sent, "bytes read");
      await t.rejects("the read", Promise.reject(error), t.losses);
    },
  },
  {
    theme,
    name: "when the connection breaks, a write that waits rejects",
    needs: (f) => needsCut(f) ?? needsBackpressure(f),
    async run(t) {
      const { near, far, cut } = await t.pair();
      await t.alive(near, far);
      const sent = pattern(t.limits.unread + 64 * 1024);
      const last = flood(near, sent).at(-1);
      check(last !== undefined, "there is a last write");
      cut();
      await t.rejects("the write that waited", last, t.losses);
      const { bytes: received, clean } = await t.drain(far);
      check(!clean, "a broken connection was read as a clean end");
      checkPrefix(received, sent, "bytes read");
    },
  },
];
