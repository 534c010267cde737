// Flow control: a stream that nobody reads is bounded and stops nobody but its own writer.

import { check, equal, equalBytes } from "../tools/assert.js";
import { bytes, pattern } from "../tools/bytes.js";
import { flood } from "../tools/index.js";
import { turn } from "../tools/time.js";
import { needsStreamFlow, type ProviderCase } from "./scene.js";

const theme = "flow control";
const QUIET_MS = 200;

export const flow: readonly ProviderCase[] = [
  {
    theme,
    name: "readers that stall stop their writers and no other stream, in bounded memory, and lose nothing",
    needs: needsStreamFlow,
    patience: 8,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const sent = pattern(t.limits.unread + 64 * 1024);
      const stalled = [await t.connect(opener, listener), await t.connect(opener, listener)];
      for (const [near] of stalled) flood(near, sent);
      const message = pattern(300_000, 2);
      for (let i = 0; i < 4; i += 1) {
        const [near, far] = await t.connect(opener, listener);
        void near.write(message.slice());
        equalBytes(await t.readExactly(far, message.byteLength), message, "bytes beside the stalled streams");
        void far.write(message.slice());
        equalBytes(await t.readExactly(near, message.byteLength), message, "bytes back");
        near.reset();
      }
      for (const { id, unread } of accepter.stats().streams()) {
        check(
          unread <= t.limits.unread,
          `${unread} bytes of stream ${id} are held unread; ${t.limits.unread} are allowed`,
        );
      }
      for (const [, far] of stalled) {
        equalBytes(await t.readExactly(far, sent.byteLength), sent, "bytes of a stalled stream");
      }
    },
  },
  {
    theme,
    name: "a wire that claims flow control per session only is held up by a stream that nobody reads",
    needs: (f) => (f.flowControl === "session" ? undefined : "features.flowControl is stream"),
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const [stalled, unread] = await t.connect(opener, listener);
      const [near, far] = await t.connect(opener, listener);
      flood(stalled, new Uint8Array(t.limits.unread + 64 * 1024));
      // Streams take turns: what both sent before it stalled passes.
      await turn(QUIET_MS);
      let arrived = false;
      const reading = far.read().then(() => {
        arrived = true;
      });
      void near.write(bytes("x"));
      await turn(QUIET_MS);
      equal(arrived, false, "bytes passed beside a stalled stream; features.flowControl must be stream");
      await t.readExactly(unread, t.limits.unread + 64 * 1024);
      await t.within("the bytes after the stalled stream was read", reading);
    },
  },
];
