// A reader that does not read: its writer stops, what is held stays bounded, and nothing is lost.

import { ok } from "node:assert";
import type { StreamProvider } from "streams-core";
import { readAll, seeded, writeSeeded } from "../bytes.js";
import { whole } from "../whole.js";
import { hangs } from "../within.js";
import type { CommonCase } from "./common-case.js";
import { theyEcho } from "./echo.js";
import { linked } from "./link.js";

/** More than the largest window of any wire and all buffers of a socket. */
const BULK = 40 * 1024 * 1024;
/** The largest window of any wire, mio's, and what a read of the transport brings beyond it. */
const HELD = 20 * 1024 * 1024;
const LIMIT = 60_000;
/** Long enough for the bulk to arrive if nothing stopped it. */
const PAUSE = 700;

export const backpressure: readonly CommonCase[] = [
  {
    name: "a stream of ours that we do not read stops the peer's bulk, which then comes whole",
    opener: "us",
    limit: LIMIT,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      const writing = theirs.write(BULK, 1);
      await hangs(writing, PAUSE, "a write that nobody reads");
      ok(heldBy(pair.session) < HELD, `${heldBy(pair.session)} bytes are held`);
      if (pair.session.features.flowControl === "stream") await theyEcho(t, pair, 1, 100_000);
      const reading = readAll(ours, BULK);
      whole(await writing, seeded(1, BULK), "what the peer wrote");
      whole(await reading, seeded(1, BULK), "what we read");
    },
  },
  {
    name: "a stream of the peer's that it does not read stops our bulk, which then comes whole",
    opener: "peer",
    limit: LIMIT,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "peer");
      const writing = writeSeeded(ours, BULK, 1);
      await hangs(writing, PAUSE, "a write that nobody reads");
      ok(heldBy(pair.session) < HELD, `${heldBy(pair.session)} bytes are held`);
      const reading = theirs.read(BULK);
      await writing;
      whole(await reading, seeded(1, BULK), "what the peer read");
    },
  },
];

/** Bytes that wait in our streams, read by nobody or taken by nobody. */
export function heldBy(session: StreamProvider): number {
  let held = 0;
  for (const { unread, unsent } of session.stats().streams()) held += unread + unsent;
  return held;
}
