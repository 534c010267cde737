// Whoever forgets to listen brings nothing down, and no operation leaves a listener behind.

import { equal } from "../tools/assert.js";
import { bytes } from "../tools/bytes.js";
import { countingSignal } from "../tools/signals.js";
import { turn } from "../tools/time.js";
import type { ConnCase } from "./scene.js";

const theme = "nothing escapes, nothing stays";

export const escapes: readonly ConnCase[] = [
  {
    theme,
    name: "no ignored promise raises an unhandled rejection",
    async run(t) {
      const { near, far } = await t.pair();
      const signal = AbortSignal.abort(new Error("ignored"));
      for (const end of [near, far]) {
        void end.closed;
        void end.read();
        void end.read();
        void end.write(bytes("ignored"));
        void end.read({ signal });
        void end.write(bytes("ignored"), { signal });
        void end.close({ signal });
      }
      await turn();
      near.reset();
      for (const end of [near, far]) {
        void end.read();
        void end.write(bytes("ignored"));
        void end.close();
        void end.closed;
      }
      await t.drain(far);
      for (const end of [near, far]) {
        void end.read();
        void end.write(bytes("ignored"));
        void end.close();
      }
      await turn();
    },
  },
  {
    theme,
    name: "a hundred operations with one signal leave no listener on it, and its firing later changes nothing",
    async run(t) {
      const { near, far } = await t.pair();
      const { signal, listeners, abort } = countingSignal();
      for (let round = 0; round < 100; round += 1) {
        const reading = far.read({ signal });
        await t.within("room", near.write(bytes("x"), { signal }));
        await t.within("the byte", reading);
      }
      await t.until("all listeners to be removed", () => listeners() === 0);
      abort(new Error("nobody waits for this"));
      await t.alive(near, far);
      await t.close(near);
      await t.ended(far);
      equal(listeners(), 0, "listeners on the signal");
    },
  },
];
