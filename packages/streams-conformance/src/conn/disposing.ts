// `await using`: an exception must never reach the peer as a clean end.

import type { Conn } from "streams-core";
import { check, checkPrefix, equal } from "../tools/assert.js";
import { bytes, text } from "../tools/bytes.js";
import { type ConnCase, checkPeerReset, needsHalfClose, needsResetSeen } from "./scene.js";

const theme = "disposing";

export const disposing: readonly ConnCase[] = [
  {
    theme,
    name: "disposing without close resets: an exception never reaches the peer as a clean end",
    needs: needsResetSeen,
    async run(t) {
      const { near, far } = await t.pair();
      const failure = new Error("in the middle");
      const block = async (): Promise<void> => {
        await using pipe: Conn = near;
        await pipe.write(bytes("half of it"));
        throw failure;
      };
      await t.rejectsWith("the block", block(), failure);
      const { bytes: received, clean, error } = await t.drain(far);
      check(!clean, "the peer of a disposed pipe read a clean end");
      checkPrefix(received, bytes("half of it"), "bytes read");
      checkPeerReset(t, error, "the peer's read");
      await t.rejects("read after disposing", near.read(), "ERR_RESET", { remote: false });
    },
  },
  {
    theme,
    name: "disposing after close resets nothing",
    async run(t) {
      const { near, far } = await t.pair();
      const block = async (): Promise<void> => {
        await using pipe: Conn = near;
        await pipe.write(bytes("all of it"));
        await pipe.close();
      };
      await t.within("the block", block());
      equal(text(await t.readAll(far)), "all of it", "bytes read");
      await t.close(far);
      await t.within("closed of both ends", Promise.all([near.closed, far.closed]));
    },
  },
  {
    theme,
    name: "disposing after close leaves the peer's direction as it is",
    needs: needsHalfClose,
    async run(t) {
      const { near, far } = await t.pair();
      await t.close(near);
      await near[Symbol.asyncDispose]();
      await t.ended(far);
      await t.write(far, bytes("answer"));
      await t.close(far);
      equal(text(await t.readAll(near)), "answer", "bytes read after disposing");
    },
  },
  {
    theme,
    name: "disposing again does nothing",
    async run(t) {
      const { near } = await t.pair();
      await t.within("disposing", Promise.resolve(near[Symbol.asyncDispose]()));
      await t.within("disposing again", Promise.resolve(near[Symbol.asyncDispose]()));
    },
  },
];
