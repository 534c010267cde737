// A server process that is told to stop while streams are busy.

import { isStreamsError } from "streams-core";
import { expect, test } from "vitest";
import { overCellsAtOnce } from "../src/broken/cells.js";
import { drain, noise, opened, sha256, underLoad } from "../src/broken/fates.js";
import { withPeer } from "../src/broken/peer-process.js";

/** Milliseconds that the server gives its streams. */
const DRAIN = 1000;
const ENDED: readonly unknown[] = ["ERR_SESSION_CLOSED", "ERR_TRANSPORT_LOST", "ERR_RESET"];

overCellsAtOnce((wire, medium) => {
  test("row 45: a server that closes under load finishes what ends in time, resets the rest, and its process exits by itself", async () => {
    await withPeer(wire, medium, { drainTime: DRAIN }, async ({ session, kill, exit }) => {
      const endless = (await opened(session, 3)).map(underLoad);
      const short = await opened(session, 10);
      const whole = noise(10_000, 4);
      for (const stream of short) void stream.write(whole.slice(0, 5_000));
      await session.ping();
      kill("SIGTERM");
      const since = performance.now();
      for (const stream of short) {
        void stream.write(whole.slice(5_000));
        void stream.close();
      }
      for (const { bytes, fate } of await Promise.all(short.map(drain))) {
        expect(fate).toBe("end");
        expect(sha256(bytes)).toBe(sha256(whole));
      }
      for (const fates of await Promise.all(endless)) {
        expect(ENDED).toContain(fates[0]);
        expect(new Set(fates).size).toBe(1);
      }
      const refused = await session.newStream().catch((error: unknown) => error);
      expect(isStreamsError(refused) && refused.retryable).toBe(true);
      expect(await exit()).toBe(0);
      // The goodbye of a session takes a second or two where the peer must hang up too.
      expect(performance.now() - since).toBeLessThan(DRAIN + 5_000);
    });
  });
});
