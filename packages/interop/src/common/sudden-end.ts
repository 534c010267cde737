// The peer vanishes with streams open: that is a loss, and never an end.

import { strictEqual as equal, rejects } from "node:assert";
import { isStreamsError } from "streams-core";
import { readAll, writeSeeded } from "../bytes.js";
import type { Peer } from "../peer.js";
import { within } from "../within.js";
import type { CommonCase } from "./common-case.js";
import { linked } from "./link.js";

const ENDS: Readonly<Record<string, (peer: Peer) => Promise<void>>> = {
  "its socket is closed": (peer) => peer.hangUp(),
  "its socket is reset": (peer) => peer.abort(),
  "its process is killed": async (peer) => peer.kill(),
};
/** Far below every timeout of a keepalive. */
const SOON = 5000;

export const suddenEnds: readonly CommonCase[] = Object.entries(ENDS).flatMap(([how, end]) =>
  (["us", "peer"] as const).map(
    (opener): CommonCase => ({
      name: `the peer vanishes: ${how} while a stream of ${opener === "us" ? "ours" : "its own"} carries bulk`,
      opener,
      run: async (t) => {
        const pair = await t.start();
        const { ours } = await linked(t, pair, opener);
        const reading = readAll(ours);
        const writing = writeSeeded(ours, 64 * 1024 * 1024, 1).then(
          () => "written",
          (error: unknown) => (isStreamsError(error) ? error.code : error),
        );
        // What hangs up may be told so late that the socket is gone by then.
        await end(pair.peer).catch(() => {});
        await within(rejects(pair.session.closed, isLoss), SOON, "the session to fail");
        equal(await within(writing, SOON, "the write to fail"), "ERR_TRANSPORT_LOST");
        const { end: sawEnd, error } = await within(reading, SOON, "the read to fail");
        equal(sawEnd, false, "a loss was read as an end");
        equal(error === undefined, false, "the loss was not seen by the reader");
        await within(rejects(ours.closed, isLoss), SOON, "the stream to fail");
      },
    }),
  ),
);

const isLoss = (error: unknown): boolean => isStreamsError(error, "ERR_TRANSPORT_LOST");
