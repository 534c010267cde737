// A process that stands still while its peer does not.

import { expect, test } from "vitest";
import { overCells } from "../src/broken/cells.js";
import { opened } from "../src/broken/fates.js";
import { withPeer } from "../src/broken/peer-process.js";

/** Milliseconds. */
const KEEPALIVE = { keepaliveInterval: 60, keepaliveTimeout: 240 };

overCells((wire, medium) => {
  test("row 43: an event loop that stands still for twice the keepalive finds its peer alive", async () => {
    await withPeer(wire, medium, { limits: KEEPALIVE }, async ({ session, kill }) => {
      const [stream] = await opened(session, 1);
      if (stream === undefined) throw new Error("There is no stream.");
      // The peer is pinged while it cannot answer; its answer comes while this process stands still, and is late when it goes on.
      kill("SIGSTOP");
      await passed(KEEPALIVE.keepaliveInterval + 20);
      kill("SIGCONT");
      standStill(2 * (KEEPALIVE.keepaliveInterval + KEEPALIVE.keepaliveTimeout));
      await passed(20);
      await stream.write(Uint8Array.of(1));
      expect([...((await stream.read()) ?? [])]).toEqual([1]);
      expect(await session.ping()).toBeGreaterThan(0);
    });
  });
});

function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function passed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
