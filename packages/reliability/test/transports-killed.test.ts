// Peers in a process of their own that are killed or exit in the middle of the work.

import { isStreamsError } from "streams-core";
import { expect, test } from "vitest";
import { overCells } from "../src/broken/cells.js";
import { fateOf, opened, underLoad, waiting } from "../src/broken/fates.js";
import { withPeer } from "../src/broken/peer-process.js";

const STREAMS = 100;
const LOST = "ERR_TRANSPORT_LOST";

overCells((wire, medium) => {
  test("row 39: a SIGKILL of the peer settles everything on 100 streams within a second", async () => {
    await withPeer(wire, medium, {}, async ({ session, kill, exit }) => {
      const streams = await opened(session, STREAMS);
      const busy = streams.slice(0, 20).map(underLoad);
      const idle = streams.slice(20).map(waiting);
      await Promise.all(streams.slice(0, 20).map((stream) => stream.opened));
      await session.ping();
      const since = performance.now();
      kill("SIGKILL");
      for (const fates of await Promise.all([...busy, ...idle])) expect(new Set(fates)).toEqual(new Set([LOST]));
      expect(await fateOf(session.closed)).toBe(LOST);
      expect(await fateOf(session.newStream())).toBe(LOST);
      expect(performance.now() - since).toBeLessThan(1_000);
      expect(session.stats().streamsOpen).toBe(0);
      expect(await exit()).toBe("killed");
    });
  });

  test.runIf(medium === "stdio")(
    "row 37: a child process that exits under load is one typed error on every stream",
    async () => {
      await withPeer(wire, medium, {}, async ({ session, exit }) => {
        const streams = await opened(session, 10);
        const fates = streams.map(underLoad);
        const last = await session.newStream({ do: "exit" });
        for (const fate of await Promise.all(fates)) expect(new Set(fate)).toEqual(new Set([LOST]));
        expect(await fateOf(last.read())).toBe(LOST);
        const error = await session.closed.catch((reason: unknown) => reason);
        expect(isStreamsError(error, LOST)).toBe(true);
        expect(error).toMatchObject({ cause: { code: "ERR_CHILD_FAILED" } });
        expect(await exit()).toBe(3);
      });
    },
  );
});
