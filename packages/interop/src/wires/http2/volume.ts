// Much at once: 64 MiB both ways, more streams than the server allows, and round trips meanwhile.

import { ok } from "node:assert";
import { theyEcho, weEcho } from "../../common/echo.js";
import type { Case } from "../../original.js";

const MUCH = 64 * 1024 * 1024;
/** Go's own limit is 250. */
const STREAMS = 300;

export const volume: readonly Case[] = [
  {
    name: "64 MiB both ways at once",
    run: async (t) => {
      const pair = await t.start();
      await (t.role === "client" ? theyEcho : weEcho)(t, pair, 1, MUCH);
    },
  },
  {
    name: "300 streams against Go's 250 at once are all echoed",
    roles: ["client"],
    run: async (t) => theyEcho(t, await t.start(), STREAMS, 1000),
  },
  {
    name: "pings measure round trips both ways where the original has them, during bulk",
    run: async (t) => {
      const pair = await t.start();
      const bulk = (t.role === "client" ? theyEcho : weEcho)(t, pair, 1, 4_000_000);
      ok((await pair.session.ping()) >= 0);
      // A Go server has no call for it.
      if (t.role === "server") await pair.peer.ping();
      await bulk;
    },
  },
];
