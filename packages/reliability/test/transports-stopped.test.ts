// Peers in a process of their own that are stopped: their connections stay, and nothing comes.

import { expect, test } from "vitest";
import { overCellsAtOnce } from "../src/broken/cells.js";
import { fateOf, opened, underLoad, waiting } from "../src/broken/fates.js";
import { withPeer } from "../src/broken/peer-process.js";

const TIMEOUT = "ERR_TIMEOUT";
/** Milliseconds. */
const KEEPALIVE = { keepaliveInterval: 200, keepaliveTimeout: 200 };

overCellsAtOnce((wire, medium) => {
  test("row 35: a peer that is stopped by SIGSTOP is dead at the keepalive limit", async () => {
    await withPeer(wire, medium, { limits: KEEPALIVE }, async ({ session, kill }) => {
      const streams = await opened(session, 10);
      const fates = [...streams.slice(0, 5).map(underLoad), ...streams.slice(5).map(waiting)];
      kill("SIGSTOP");
      const since = performance.now();
      for (const fate of await Promise.all(fates)) expect(new Set(fate)).toEqual(new Set([TIMEOUT]));
      expect(await fateOf(session.closed)).toBe(TIMEOUT);
      // The engine gives a second of grace.
      expect(performance.now() - since).toBeLessThan(3_000);
    });
  });
});
