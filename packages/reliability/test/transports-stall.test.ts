// Connections over which nothing passes any more although nobody says so.

import { expect, test } from "vitest";
import { overCellsAtOnce } from "../src/broken/cells.js";
import { accepting, echo, fateOf, flood, opened, underLoad } from "../src/broken/fates.js";
import { withPair } from "../src/broken/pair.js";

const STREAMS = 10;
const MANY = 300;
const TIMEOUT = "ERR_TIMEOUT";
const LOST = "ERR_TRANSPORT_LOST";
/** Milliseconds. The engine gives a second of grace beyond them, for what waits to be read after a pause of the process. */
const KEEPALIVE = { keepaliveInterval: 200, keepaliveTimeout: 200 };
const NEVER = { keepaliveInterval: 1e6, keepaliveTimeout: 1e6 };

overCellsAtOnce((wire, medium) => {
  test("row 35: a connection that stalls is dead at the keepalive limit, at both ends", async () => {
    await withPair(wire, medium, { limits: KEEPALIVE }, async ({ client, server, line }) => {
      const served = accepting(server, underLoad);
      const streams = await opened(client, STREAMS);
      await server.ready;
      const fates = streams.map(underLoad);
      line.stall("up", "down");
      const since = performance.now();
      expect(await Promise.all(fates)).toEqual(all(STREAMS, [TIMEOUT, TIMEOUT, TIMEOUT]));
      expect(await served).toEqual(all(STREAMS, [TIMEOUT, TIMEOUT, TIMEOUT]));
      expect([await fateOf(client.closed), await fateOf(server.closed)]).toEqual([TIMEOUT, TIMEOUT]);
      expect(performance.now() - since).toBeLessThan(5_000);
    });
  });

  test("row 35: a connection that passes bytes one way only is dead at both ends", async () => {
    await withPair(wire, medium, { limits: KEEPALIVE }, async ({ client, server, line }) => {
      const served = accepting(server, underLoad);
      const streams = await opened(client, STREAMS);
      await server.ready;
      const fates = streams.map(underLoad);
      line.stall("up");
      // The end that hears nothing gives up. The other is told, or finds the connection gone, or that it takes nothing.
      for (const fate of [...(await Promise.all(fates)), ...(await served)]) {
        expect(new Set(fate).size).toBe(1);
        expect([TIMEOUT, LOST, "ERR_SESSION_CLOSED", "ERR_RESET"]).toContain(fate[0]);
      }
      expect(await fateOf(server.closed)).toBe(TIMEOUT);
    });
  });

  test.runIf(wire !== "http2" && wire !== "ssh")(
    "row 35: a transport that takes nothing is dead at the write stall limit",
    async () => {
      await withPair(
        wire,
        medium,
        { limits: { ...NEVER, writeStallTimeout: 200 } },
        async ({ client, server, line }) => {
          void accepting(server, echo);
          // Their first windows together are more than what the system keeps for a connection.
          const streams = await opened(client, MANY);
          await server.ready;
          line.stall("up", "down");
          expect(await Promise.all(streams.map((stream) => flood(stream)))).toEqual(all(MANY, TIMEOUT));
          expect(await fateOf(client.closed)).toBe(TIMEOUT);
        },
      );
    },
  );
});

function all<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}
