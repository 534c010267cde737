// A reader that does not read stops its writer; nothing is lost by it; an aborted write sent nothing, or resets.

import { check, checkPrefix, equal, equalBytes } from "../tools/assert.js";
import { bytes, pattern, text } from "../tools/bytes.js";
import { flood } from "../tools/index.js";
import { standstill } from "../tools/time.js";
import { type ConnCase, needsBackpressure } from "./scene.js";

const theme = "backpressure";
const CHUNK = 16 * 1024;
const QUIET_MS = 100;

export const backpressure: readonly ConnCase[] = [
  {
    theme,
    name: "a reader that does not read stops its writer, and everything arrives once it reads",
    needs: needsBackpressure,
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(2 * t.limits.unread);
      let written = 0;
      const writer = (async () => {
        while (written < sent.byteLength) {
          await near.write(sent.slice(written, written + CHUNK));
          written = Math.min(written + CHUNK, sent.byteLength);
        }
        await near.close();
      })();
      writer.catch(() => {});
      await t.within(
        "the writer to stand still",
        standstill(() => written, QUIET_MS),
      );
      check(
        written <= t.limits.unread,
        `${written} bytes were taken though nobody read; ${t.limits.unread} are allowed`,
      );
      equalBytes(await t.readAll(far), sent, "bytes read");
      await t.within("the writer to finish", writer);
    },
  },
  {
    theme,
    name: "writes that wait leave in call order once there is room",
    needs: needsBackpressure,
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(t.limits.unread + 5 * CHUNK);
      const writes = flood(near, sent);
      const closing = near.close();
      equalBytes(await t.readAll(far), sent, "bytes read");
      await t.within("every write", Promise.all(writes));
      await t.within("close() to resolve", closing);
    },
  },
  {
    theme,
    name: "a full direction does not hold up the other one",
    needs: needsBackpressure,
    async run(t) {
      const { near, far } = await t.pair();
      flood(near, new Uint8Array(t.limits.unread + CHUNK));
      void far.write(bytes("back"));
      equal(text(await t.readExactly(near, 4)), "back", "bytes against the full direction");
    },
  },
  {
    theme,
    name: "both ends may write more than there is room for before either reads",
    needs: needsBackpressure,
    symmetric: true,
    async run(t) {
      const { near, far } = await t.pair();
      const size = t.limits.unread + CHUNK;
      const there = pattern(size, 5);
      const back = pattern(size, 6);
      flood(near, there);
      flood(far, back);
      const [atFar, atNear] = await t.withinLong(
        "both ends to read everything",
        Promise.all([t.readExactly(far, size), t.readExactly(near, size)]),
      );
      equalBytes(atFar, there, "what the far end read");
      equalBytes(atNear, back, "what the near end read");
    },
  },
  {
    theme,
    name: "an aborted write that waited sent nothing, or resets",
    needs: needsBackpressure,
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(t.limits.unread + CHUNK);
      flood(near, sent);
      const controller = new AbortController();
      const reason = { because: "waited too long" };
      const waiting = near.write(pattern(1000, 9), { signal: controller.signal });
      controller.abort(reason);
      await t.rejectsWith("the aborted write", waiting, reason);
      void near.close().catch(() => {});
      const { bytes: received, clean, error } = await t.drain(far);
      if (clean) return equalBytes(received, sent, "bytes read, without those of the aborted write");
      checkPrefix(received, sent, "bytes read before the reset");
      await t.rejects("the peer's read", Promise.reject(error), t.losses);
    },
  },
  {
    theme,
    name: "an aborted close that waited rejects with the signal's reason",
    needs: needsBackpressure,
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(t.limits.unread + CHUNK);
      flood(near, sent);
      const controller = new AbortController();
      const reason = { because: "waited too long" };
      const closing = near.close({ signal: controller.signal });
      controller.abort(reason);
      await t.rejectsWith("the aborted close", closing, reason);
      void near.close().catch(() => {});
      const { bytes: received } = await t.drain(far);
      checkPrefix(received, sent, "bytes read");
    },
  },
];
