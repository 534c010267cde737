// How streams end: what the original makes of our ends and resets, and what it does that loses bytes or stalls.

import { strictEqual as equal, ok, rejects } from "node:assert";
import { type SmuxVersion, smux } from "mux-smux";
import { isStreamsError } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { linked } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";
import { exchange } from "./transfers.js";

const KiB = 1024;
const MiB = KiB * KiB;
/** Less than the original's window. */
const UNREAD = 50 * KiB;
const STALL = 400;
const SOON = 5000;

export const LATEST = "xtaci/smux";
export const OLD = "xtaci/smux, before half-close";

export function ends(version: SmuxVersion): readonly Case[] {
  return [...ofEveryVersion(version), ...latest(version), ...old(version)];
}

function ofEveryVersion(version: SmuxVersion): readonly Case[] {
  return [
    {
      name: "the session goes on after we reset a stream that the peer writes to",
      async run(t) {
        const pair = await t.start();
        const { ours, theirs } = await linked(t, pair, "us");
        const writing = theirs.write(8 * MiB, 1);
        await readAll(ours, 100 * KiB);
        ours.reset();
        // What has stopped by then is the original's write and not our session.
        if (version === 1 && t.original.name === LATEST)
          whole(await writing, seeded(1, 8 * MiB), "what the peer wrote");
        if (version === 2 && t.original.name === LATEST) {
          await hangs(writing, STALL, "the peer's write");
          t.record("its Write waits for ever for credit on a stream that we reset: it has no word for that but an end");
        }
        await theirs.close();
        equal(pair.session.stats().streamsOpen, 0);
        await exchange(await linked(t, pair, "us"), MiB);
      },
    },
    {
      name: "the peer closes a stream that we write to: our write ends, at the latest after halfCloseLinger, and the session goes on",
      async run(t) {
        const halfClose = t.original.name === LATEST;
        const pair = await t.start({ mux: smux({ version, signTimeout: 100, halfClose, halfCloseLinger: 500 }) });
        const { ours, theirs } = await linked(t, pair, "us");
        await theirs.close();
        equal((await readAll(ours)).end, true);
        const writing = writeSeeded(ours, 8 * MiB, 1);
        if (version === 1) {
          await within(writing, SOON, "our write");
          await ours.close();
          await ours.closed;
          t.record(
            "it drops what comes for a stream that it closed and tells nobody: our write ends as if it had been read",
          );
        } else {
          await rejects(within(writing, SOON, "our write"), (error) => isStreamsError(error, "ERR_RESET"));
          t.record(
            "it gives no credit for a stream that it closed; we reset the stream when halfCloseLinger has passed",
          );
        }
        equal(pair.session.stats().streamsOpen, 0);
        await exchange(await linked(t, pair, "peer"), MiB);
      },
    },
  ];
}

function latest(version: SmuxVersion): readonly Case[] {
  return [
    {
      name: "what the peer has not read when our end comes after its own is lost",
      originals: [LATEST],
      async run(t) {
        const pair = await t.start();
        const { ours, theirs } = await linked(t, pair, "us");
        await theirs.closeWrite();
        equal((await readAll(ours)).end, true);
        await writeSeeded(ours, UNREAD, 1);
        await ours.close();
        await within(ours.closed, SOON, "our end");
        await exchange(await linked(t, pair, "us"), 1);
        const { length, end } = await theirs.read();
        ok(length < UNREAD, "all of it was read");
        t.record(
          `it drops what it has not read when the second end comes (here ${length} bytes were left, end ${end}); finLinger gives it time`,
        );
      },
    },
    {
      name: "within finLinger a slow reader gets all of it",
      originals: [LATEST],
      async run(t) {
        const pair = await t.start({ mux: smux({ version, signTimeout: 100, finLinger: 1500 }) });
        const { ours, theirs } = await linked(t, pair, "us");
        await theirs.closeWrite();
        equal((await readAll(ours)).end, true);
        await writeSeeded(ours, UNREAD, 1);
        await ours.close();
        await exchange(await linked(t, pair, "us"), 1);
        await hangs(ours.closed, STALL, "our end");
        whole(await theirs.read(), seeded(1, UNREAD), "what we sent");
      },
    },
    {
      name: "the second end that the peer's Close sends after its CloseWrite is ignored",
      originals: [LATEST],
      async run(t) {
        const pair = await t.start();
        const { ours, theirs } = await linked(t, pair, "peer");
        await theirs.closeWrite();
        equal((await readAll(ours)).end, true);
        await theirs.close();
        await exchange(await linked(t, pair, "us"), 1);
        await ours.close();
        await ours.closed;
      },
    },
  ];
}

function old(version: SmuxVersion): readonly Case[] {
  return [
    {
      name: "with halfClose: false our end waits for the peer's, and its answer comes whole",
      originals: [OLD],
      async run(t) {
        const pair = await t.start();
        const { ours, theirs } = await linked(t, pair, "us");
        await writeSeeded(ours, 1000, 1);
        await ours.close();
        whole(await theirs.read(1000), seeded(1, 1000), "the request");
        const answer = readAll(ours);
        whole(await theirs.write(MiB, 2), seeded(2, MiB), "the answer at the peer");
        await hangs(ours.closed, STALL, "our end");
        await theirs.close();
        whole(await answer, seeded(2, MiB), "the answer");
        await ours.closed;
        equal(pair.session.stats().streamsOpen, 0);
      },
    },
    {
      name: "without it, our end is the end of what the peer may write",
      originals: [OLD],
      async run(t) {
        const pair = await t.start({ mux: smux({ version, signTimeout: 100 }) });
        const { ours, theirs } = await linked(t, pair, "us");
        await ours.close();
        equal((await theirs.read()).end, true);
        equal((await theirs.write(1000, 1)).error?.message, "EOF");
        t.record("its Write fails once our end has come: set halfClose to false for peers up to 1.5.53");
      },
    },
  ];
}
