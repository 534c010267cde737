// reset: never throws; ends both directions now; the peer learns of it after what had arrived.

import { check, checkError, checkPrefix, equal } from "../tools/assert.js";
import { bytes, pattern, text } from "../tools/bytes.js";
import { flood } from "../tools/index.js";
import {
  type ConnCase,
  type ConnScene,
  checkPeerReset,
  needsBackpressure,
  needsHalfClose,
  needsResetSeen,
} from "./scene.js";

const theme = "reset";
const CODE = 7;

export const reset: readonly ConnCase[] = [
  {
    theme,
    name: "after reset this end's operations reject with ERR_RESET, which is not remote",
    async run(t) {
      const { near } = await t.pair();
      const waiting = near.read();
      near.reset();
      const own = { remote: false };
      await t.rejects("the read that waited", waiting, "ERR_RESET", own);
      await t.rejects("read after reset", near.read(), "ERR_RESET", own);
      await t.rejects("write after reset", near.write(bytes("x")), "ERR_RESET", own);
      await t.rejects("close after reset", near.close(), "ERR_RESET", own);
      await t.rejects("closed after reset", near.closed, "ERR_RESET", own);
    },
  },
  {
    theme,
    name: "reset drops what this end had not read",
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(far, bytes("unread"));
      await t.write(near, bytes("go on"));
      await t.readExactly(far, 5);
      near.reset();
      await t.rejects("read after reset", near.read(), "ERR_RESET", { remote: false });
    },
  },
  {
    theme,
    name: "the peer's waiting read rejects, and so do its writes from then on",
    needs: needsResetSeen,
    async run(t) {
      const { near, far } = await t.pair();
      await t.alive(near, far);
      const waiting = far.read();
      near.reset(CODE);
      checkPeerReset(t, await t.rejects("the peer's read", waiting, t.losses), "the peer's read");
      await peerIsReset(t, far);
    },
  },
  {
    theme,
    name: "the peer reads a prefix of what was sent before the reset, never a clean end",
    needs: needsResetSeen,
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(100_000);
      await t.write(near, bytes("seen"));
      equal(text(await t.readExactly(far, 4)), "seen", "bytes before");
      void near.write(sent.slice());
      near.reset(CODE);
      const { bytes: received, clean, error } = await t.drain(far);
      check(!clean, "the peer of a reset read a clean end");
      checkPrefix(received, sent, "bytes read after the reset");
      checkPeerReset(t, error, "the peer's read");
    },
  },
  {
    theme,
    name: "the code of a reset reaches the peer exactly where features.resetCode says so",
    needs: needsResetSeen,
    async run(t) {
      const { near, far } = await t.pair();
      await t.alive(near, far);
      near.reset(CODE);
      const { error } = await t.drain(far);
      const resetCode = t.features.resetCode ? CODE : undefined;
      checkError(error, t.losses, "the peer's read", { resetCode });
    },
  },
  {
    theme,
    name: "reset never throws: twice, after close, after the peer's reset",
    async run(t) {
      const { near, far } = await t.pair();
      near.reset();
      near.reset(CODE);
      await t.drain(far);
      far.reset();
      far.reset(CODE);
      near.reset();
    },
  },
  {
    theme,
    name: "reset does nothing once both directions have ended",
    async run(t) {
      const { near, far } = await t.pair();
      await t.within("both closes", Promise.all([near.close(), far.close()]));
      await t.ended(near);
      await t.ended(far);
      await t.within("closed of both ends", Promise.all([near.closed, far.closed]));
      near.reset(CODE);
      far.reset(CODE);
      await t.ended(near);
      await t.ended(far);
      await t.within("closed of both ends again", Promise.all([near.closed, far.closed]));
    },
  },
  {
    theme,
    name: "reset after this end's close still reaches the peer",
    needs: (f) => needsResetSeen(f) ?? needsHalfClose(f),
    async run(t) {
      const { near, far } = await t.pair();
      await t.write(near, bytes("all"));
      await t.close(near);
      equal(text(await t.readAll(far)), "all", "bytes before");
      near.reset(CODE);
      // The far end reads no more: a socket learns of the reset by writing only.
      const stopped = (): Promise<boolean> =>
        far.write(bytes("x")).then(
          () => false,
          () => true,
        );
      await t.until("the peer's writes to reject", stopped);
      checkPeerReset(t, await t.rejects("the peer's write", far.write(bytes("x")), t.losses), "the peer's write");
      checkPeerReset(t, await t.rejects("the peer's closed", far.closed, t.losses), "the peer's closed");
      await t.rejects("closed of this end", near.closed, "ERR_RESET", { remote: false });
    },
  },
  {
    theme,
    name: "reset after the peer's close reaches the peer",
    needs: (f) => needsResetSeen(f) ?? needsHalfClose(f),
    async run(t) {
      const { near, far } = await t.pair();
      await t.close(far);
      await t.ended(near);
      near.reset(CODE);
      const { clean, error } = await t.drain(far);
      check(!clean, "the peer of a reset read a clean end");
      checkPeerReset(t, error, "the peer's read");
      await t.rejects("the peer's closed", far.closed, t.losses);
    },
  },
  {
    theme,
    name: "reset with writes that wait rejects them, and the peer reads a prefix",
    needs: (f) => needsResetSeen(f) ?? needsBackpressure(f),
    async run(t) {
      const { near, far } = await t.pair();
      const sent = pattern(t.limits.unread + 64 * 1024);
      const last = flood(near, sent).at(-1);
      check(last !== undefined, "there is a last write");
      near.reset(CODE);
      await t.rejects("the write that waited", last, "ERR_RESET", { remote: false });
      const { bytes: received, clean, error } = await t.drain(far);
      check(!clean, "the peer of a reset read a clean end");
      checkPrefix(received, sent, "bytes read after the reset");
      checkPeerReset(t, error, "the peer's read");
    },
  },
  {
    theme,
    name: "a write that waits rejects when the peer resets",
    needs: (f) => needsResetSeen(f) ?? needsBackpressure(f),
    async run(t) {
      const { near, far } = await t.pair();
      await t.alive(near, far);
      const last = flood(far, new Uint8Array(t.limits.unread + 64 * 1024)).at(-1);
      check(last !== undefined, "there is a last write");
      near.reset(CODE);
      checkPeerReset(t, await t.rejects("the write that waited", last, t.losses), "the write that waited");
      await t.rejects("the peer's closed", far.closed, t.losses);
    },
  },
  {
    theme,
    name: "both ends may reset at the same time",
    symmetric: true,
    async run(t) {
      const { near, far } = await t.pair();
      near.reset();
      far.reset();
      await t.rejects("closed of the near end", near.closed, t.losses);
      await t.rejects("closed of the far end", far.closed, t.losses);
    },
  },
];

async function peerIsReset(t: ConnScene, far: Parameters<ConnScene["read"]>[0]): Promise<void> {
  checkPeerReset(t, await t.rejects("the peer's next read", far.read(), t.losses), "the peer's next read");
  checkPeerReset(t, await t.rejects("the peer's write", far.write(bytes("x")), t.losses), "the peer's write");
  checkPeerReset(t, await t.rejects("the peer's close", far.close(), t.losses), "the peer's close");
  checkPeerReset(t, await t.rejects("the peer's closed", far.closed, t.losses), "the peer's closed");
}
