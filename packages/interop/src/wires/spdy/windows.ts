// Windows of streams and of the session, towards spdy-transport.

import { ok, strictEqual } from "node:assert";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { linked, nextOf, openTheirs } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";

const SIZE = 1 << 20;
const originals = ["spdy-transport"];

export const windows: readonly Case[] = [
  {
    name: "headers and reply headers arrive, HTTP's own among them",
    originals,
    run: async (t) => {
      const pair = await t.start();
      const ours = await pair.session.newStream();
      strictEqual((await ours.opened).get("!status"), "200 OK");
      strictEqual((await ours.opened).get("answer"), "yes");
      const listener = pair.session.listen();
      await openTheirs(t, pair);
      const { headers } = await nextOf(listener);
      strictEqual(`${headers.get("!method")} ${headers.get("!path")} ${headers.get("kind")}`, "POST / echo");
    },
  },
  {
    name: "a stream that we do not read waits at its window, and the others go on beyond the session's",
    originals,
    run: async (t) => {
      const pair = await t.start();
      const unread = await linked(t, pair, "us");
      const waiting = unread.theirs.write(SIZE, 1);
      await hangs(waiting, 300, "the write");
      const [stats] = pair.session.stats().streams();
      ok((stats?.unread ?? 0) <= 65536, `${stats?.unread} bytes are kept`);
      const other = await linked(t, pair, "us");
      const read = readAll(other.ours);
      whole(await other.theirs.write(SIZE, 2), seeded(2, SIZE), "what the peer wrote");
      await other.theirs.closeWrite();
      whole(await read, seeded(2, SIZE), "what came beside it");
      const late = readAll(unread.ours, SIZE);
      whole(await waiting, seeded(1, SIZE), "what waited");
      whole(await late, seeded(1, SIZE), "what came late");
    },
  },
  {
    name: "a stream that the peer does not read takes its window from us, and not a byte more",
    originals,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      const waiting = writeSeeded(ours, 4 * SIZE, 1);
      await hangs(waiting, 300, "our write");
      const [stats] = pair.session.stats().streams();
      strictEqual(stats?.waiting, "credit");
      const read = theirs.read(4 * SIZE);
      await within(waiting, 5000, "our write");
      whole(await read, seeded(1, 4 * SIZE), "what the peer read");
    },
  },
  {
    name: "both ends ping, and either shuts down cleanly",
    originals,
    run: async (t) => {
      const pair = await t.start();
      await Promise.all([pair.session.ping(), pair.peer.ping()]);
      if (t.role === "client") await within(pair.session.shutdown(), 3000, "our shutdown");
      else await pair.peer.close();
      strictEqual((await within(pair.session.closed, 3000, "the end")).remote, t.role === "server");
    },
  },
];
