// close: flush, tell the peer, keep reading.

import { equal, equalBytes } from "../tools/assert.js";
import { bytes, pattern, text } from "../tools/bytes.js";
import { turn } from "../tools/time.js";
import { type ConnCase, needsHalfClose } from "./scene.js";

const theme = "half-close";

export const halfClose: readonly ConnCase[] = [
  {
    theme,
    name: "after close this end goes on reading and the peer goes on writing",
    needs: needsHalfClose,
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(near, bytes("question"));
      await t.close(near);
      equal(text(await t.readAll(far)), "question", "what the far end read");
      const answer = pattern(200_000);
      void far.write(answer.slice());
      void far.close();
      equalBytes(await t.readAll(near), answer, "what the near end read after its close");
      await t.within("closed of the near end", near.closed);
      await t.within("closed of the far end", far.closed);
    },
  },
  {
    theme,
    name: "closed waits for both directions",
    needs: needsHalfClose,
    async run(t) {
      const { near, far } = await t.pair();
      let ended = 0;
      const count = (): void => {
        ended += 1;
      };
      near.closed.then(count, count);
      far.closed.then(count, count);
      await t.close(near);
      await t.ended(far);
      await t.write(far, bytes("still here"));
      equal(text(await t.readExactly(near, 10)), "still here", "bytes after the half-close");
      await turn();
      equal(ended, 0, "ends whose closed has settled after one direction ended");
      await t.close(far);
      await t.ended(near);
      await t.within("closed of both ends", Promise.all([near.closed, far.closed]));
    },
  },
  {
    theme,
    name: "both ends may close at the same time",
    symmetric: true,
    async run(t) {
      const { near, far } = await t.pair();
      await t.within("both closes", Promise.all([near.close(), far.close()]));
      await t.ended(near);
      await t.ended(far);
      await t.within("closed of both ends", Promise.all([near.closed, far.closed]));
    },
  },
  {
    theme,
    name: "closing again does nothing, before and after the peer's end",
    async run(t) {
      const { near, far } = await t.pair();
      void near.close();
      await t.close(near);
      await t.ended(far);
      await t.close(far);
      await t.ended(near);
      await t.close(near);
      await t.within("closed", near.closed);
      await t.close(near);
      await t.ended(far);
    },
  },
  {
    theme,
    name: "nothing written before close is lost, though nobody waited for it",
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(1_500_000);
      for (let at = 0; at < sent.byteLength; at += 50_000) void near.write(sent.slice(at, at + 50_000));
      const closing = near.close();
      equalBytes(await t.readAll(far), sent, "bytes received");
      await t.within("close() to resolve", closing);
    },
  },
  {
    theme,
    name: "a close whose signal has fired already rejects with its reason and closes nothing",
    async run(t) {
      const { near, far } = await t.pair();
      const reason = new Error("stay");
      await t.rejectsWith("a close with a fired signal", near.close({ signal: AbortSignal.abort(reason) }), reason);
      await t.alive(near, far);
      await t.close(near);
      await t.ended(far);
    },
  },
  {
    theme,
    name: "a pipe that claims no half-close ends both directions with one close",
    needs: ({ halfClose }) => (halfClose ? "features.halfClose is true" : undefined),
    async run(t) {
      const { near, far } = await t.pair();
      await t.close(near);
      await t.ended(far);
      far.write(bytes("late")).catch(() => {});
      far.close().catch(() => {});
      const { bytes: late } = await t.drain(near);
      equal(late.byteLength, 0, "bytes that passed against the closed direction; features.halfClose must be true");
    },
  },
];
