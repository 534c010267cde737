// Readers that do not read: a window for each stream in version 2, one for all of them in version 1.

import { ok } from "node:assert";
import type { SmuxVersion } from "mux-smux";
import type { StreamProvider } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { linked } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";
import { exchange } from "./transfers.js";

const KiB = 1024;
const MiB = KiB * KiB;
/** What the original lets a stream of version 2 send at first, and all streams of version 1 together. */
const WINDOW = 256 * KiB;
const BUFFER = 4 * MiB;
/** More than that, and than what the sockets of a machine hold besides. */
const BULK = 32 * MiB;
const STALL = 400;

export function flow(version: SmuxVersion): readonly Case[] {
  return version === 2 ? [...flow2, ...both] : [...flow1, ...both];
}

const unreadOf = (session: StreamProvider): number => {
  let sum = 0;
  for (const { unread } of session.stats().streams()) sum += unread;
  return sum;
};

const both: readonly Case[] = [
  {
    name: "what a slow reader at the peer has not read waits here, and comes whole when it reads",
    async run(t) {
      const { ours, theirs } = await linked(t, await t.start(), "us");
      const writing = writeSeeded(ours, BULK, 1);
      await hangs(writing, STALL, "our write");
      whole(await theirs.read(BULK), seeded(1, BULK), "what we sent");
      await writing;
    },
  },
];

const flow2: readonly Case[] = [
  {
    name: "a stream that the peer does not read stops at its window, and another goes on",
    async run(t) {
      const pair = await t.start();
      const { ours } = await linked(t, pair, "us");
      const writing = ours.write(new Uint8Array(MiB));
      await hangs(writing, STALL, "our write");
      const [stream] = pair.session.stats().streams();
      ok(stream !== undefined && stream.unsent >= MiB - WINDOW, `only ${stream?.unsent} bytes wait`);
      await exchange(await linked(t, pair, "us"), MiB);
      writing.catch(() => {});
    },
  },
  {
    name: "a stream that we do not read stops at its window, another goes on, and all of it comes when we read",
    async run(t) {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      const writing = theirs.write(BULK, 1);
      await hangs(writing, STALL, "the peer's write");
      const unread = unreadOf(pair.session);
      ok(unread > WINDOW / 2 && unread <= WINDOW, `${unread} bytes are unread`);
      await exchange(await linked(t, pair, "us"), MiB);
      whole(await readAll(ours, BULK), seeded(1, BULK), "what the peer sent");
      whole(await writing, seeded(1, BULK), "what the peer wrote");
    },
  },
];

const flow1: readonly Case[] = [
  {
    name: "a stream that the peer does not read stops all others: the original then reads no more at all",
    async run(t) {
      const pair = await t.start();
      const [full, other] = [await linked(t, pair, "us"), await linked(t, pair, "us")];
      const writing = writeSeeded(full.ours, BULK, 1);
      await hangs(writing, STALL, "our write");
      const exchanging = exchange(other, KiB);
      await hangs(exchanging, STALL, "the other stream");
      whole(await full.theirs.read(BULK), seeded(1, BULK), "what we sent");
      await Promise.all([writing, within(exchanging, 5000, "the other stream")]);
      t.record(
        "all streams wait for the one that is not read, as its protocol is; we hold no more than writers were let write",
      );
    },
  },
  {
    name: "of a stream that we do not read 4 MiB are taken, and all of it comes when we read",
    async run(t) {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      const writing = theirs.write(BULK, 1);
      await hangs(writing, STALL, "the peer's write");
      const unread = unreadOf(pair.session);
      ok(unread >= BUFFER && unread <= BUFFER + MiB, `${unread} bytes are unread`);
      whole(await readAll(ours, BULK), seeded(1, BULK), "what the peer sent");
      whole(await writing, seeded(1, BULK), "what the peer wrote");
      await exchange(await linked(t, pair, "peer"), KiB);
    },
  },
];
