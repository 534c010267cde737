// Long and busy sessions: keepalives, new keys, many channels, a channel that closes under bulk.

import { theyEcho, weEcho } from "../../common/echo.js";
import { linked } from "../../common/link.js";
import type { Case, Pair, Trial } from "../../original.js";
import { within } from "../../within.js";
import { end } from "./end.js";

const SOON = 5000;
const echoes = (t: Trial, pair: Pair, count: number, length: number): Promise<void> =>
  (t.role === "client" ? theyEcho : weEcho)(t, pair, count, length);

export const life: readonly Case[] = [
  {
    name: "200 channels at once are echoed whole",
    run: async (t) => echoes(t, await t.start(), 200, 10_000),
  },
  {
    name: "the original asks for new keys every MiB, and 16 MiB both ways pass whole",
    run: async (t) => echoes(t, await t.start({ config: { ...end.config, rekey: 2 ** 20 } }), 1, 16 * 2 ** 20),
  },
  {
    name: "an original that answers our keepalives is not given up",
    run: async (t) => {
      const options = { keepaliveInterval: 100, keepaliveTimeout: 2000 };
      const pair = await t.start({ mux: end.mux(t.role, options) });
      const over = pair.session.closed.then(
        () => "closed",
        (error: unknown) => String(error),
      );
      const idle = new Promise<undefined>((resolve) => setTimeout(resolve, 2500));
      const how = await Promise.race([over, idle]);
      if (how !== undefined) throw new Error(`The idle session ended: ${how}`);
      await pair.peer.ping();
      await echoes(t, pair, 1, 1000);
    },
  },
  {
    name: "we reset a stream while the original sends bulk on it",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, t.role === "client" ? "us" : "peer");
      const bulk = theirs.write(64 * 2 ** 20, 1);
      for (let read = 0; read < 3_000_000; ) read += (await ours.read())?.byteLength ?? 3_000_000;
      ours.reset();
      await within(bulk, SOON, "the original's write to end");
      await echoes(t, pair, 1, 1000);
    },
  },
];
