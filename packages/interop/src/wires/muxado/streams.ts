// How the streams of muxado 2 open, fill and end.

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { muxado } from "mux-muxado";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho, weEcho } from "../../common/echo.js";
import { nextOf } from "../../common/link.js";
import { halfReset } from "../../common/load.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";
import { closedTwice, closedWhileWeWrite, readBeforeReset } from "./both.js";

const MiB = 1024 * 1024;
const BACKLOG = 128;
const ACCEPT_QUEUE_FULL = 9;

export const streams: readonly Case[] = [
  {
    name: "a stream of ours is there before its first bytes: the peer accepts it, and writes first",
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours = await session.newStream();
      const theirs = await peer.accept();
      await theirs.write(1000, 5);
      await theirs.closeWrite();
      whole(await readAll(ours), seeded(5, 1000), "what the peer wrote first");
    },
  },
  {
    name: "a stream that the peer opens is not there before its first bytes",
    run: async (t) => {
      const { session, peer } = await t.start();
      const accepting = nextOf(session.listen());
      const theirs = await peer.open();
      const reading = theirs.read(5);
      await hangs(accepting, 500, "a stream that nobody wrote on");
      await theirs.write(5, 5);
      await (await accepting).write(Buffer.from("hello"));
      strictEqual((await reading).length, 5);
      t.record(
        "its open sends nothing, so an opener that reads first waits for ever; ours sends the opening frame at once",
      );
    },
  },
  {
    name: "streams whose openings overtake each other all arrive",
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const [first, second, third] = [await peer.open(), await peer.open(), await peer.open()];
      for (const theirs of [third, first, second]) {
        await theirs.write(100, 1);
        await theirs.closeWrite();
        const ours = await nextOf(listener);
        strictEqual(ours.id, String(theirs.number));
        whole(await readAll(ours), seeded(1, 100), `stream ${ours.id}`);
      }
    },
  },
  closedTwice,
  closedWhileWeWrite,
  readBeforeReset(7),
  {
    name: "of 140 streams that the peer does not accept, those beyond its 128 are refused",
    run: async (t) => {
      const pair = await t.start();
      const opened = await Promise.all(Array.from({ length: 140 }, () => pair.session.newStream()));
      const refused = opened
        .slice(BACKLOG)
        .map((stream) =>
          rejects(stream.closed, { code: "ERR_REFUSED", retryable: true, resetCode: ACCEPT_QUEUE_FULL }),
        );
      await within(Promise.all(refused), 5000, "the refusals");
      for (const ours of opened.slice(0, BACKLOG)) {
        const theirs = await pair.peer.accept();
        const reading = readAll(ours);
        await theirs.write(100, 1);
        await theirs.closeWrite();
        whole(await reading, seeded(1, 100), "a stream that waited");
      }
    },
  },
  {
    name: "of 200 streams under load a half is reset by us, the others arrive whole, and the session lives",
    run: async (t) => {
      const pair = await t.start();
      await halfReset(pair, 200);
      await weEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "a window larger than the first one carries bulk of the peer's",
    run: async (t) => {
      const pair = await t.start({ mux: muxado({ signTimeout: 100, initialWindow: 4 * MiB }) });
      await weEcho(t, pair, 4, 8 * MiB);
      await theyEcho(t, pair, 4, 8 * MiB);
    },
  },
  ...[64 * 1024, MiB].map(
    (maxWindowSize): Case => ({
      name: `a MaxWindowSize of ${maxWindowSize / 1024} KiB at both ends is what each end sends, and no more`,
      run: async (t) => {
        const mux = muxado({ signTimeout: 100, maxWindowSize });
        const pair = await t.start({ config: { maxWindowSize }, mux });
        const ours = await pair.session.newStream();
        const writing = writeSeeded(ours, 4 * MiB, 1).then(() => ours.close());
        await hangs(writing, 500, "a write that nobody reads");
        strictEqual([...pair.session.stats().streams()][0]?.sendCredit, 0);
        whole(await (await pair.peer.accept()).read(), seeded(1, 4 * MiB), "what waited");
        await writing;
        await weEcho(t, pair, 4, 4 * MiB);
      },
    }),
  ),
  {
    name: "towards the peer there are no headers and no pings, and the features say so",
    run: async (t) => {
      const { session } = await t.start();
      const { headers, ping, priority, halfClose, resetCode, drain } = session.features;
      deepStrictEqual({ headers, ping, priority }, { headers: "none", ping: false, priority: false });
      ok(halfClose && resetCode && drain);
      await rejects(session.newStream({ kind: "echo" }), { code: "ERR_UNSUPPORTED" });
      await rejects(session.ping(), { code: "ERR_UNSUPPORTED" });
    },
  },
];
