// Typed streams and heartbeats, which the original has as layers around its session.

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { type MuxadoOptions, muxado } from "mux-muxado";
import type { Mux } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";

const MiB = 1024 * 1024;
const config = { typed: true };

const typed = (options: MuxadoOptions = {}): Mux => muxado({ signTimeout: 100, typed: true, ...options });

export const types: readonly Case[] = [
  {
    name: "the type of a stream of ours is the type that the peer accepts it with",
    run: async (t) => {
      const { session, peer } = await t.start({ config, mux: typed() });
      for (const type of ["42", "0", "4294967294"]) {
        const ours = await session.newStream({ "muxado-type": type });
        const theirs = await peer.accept();
        deepStrictEqual(theirs.headers, { type });
        const echoing = theirs.echo();
        const back = readAll(ours);
        await writeSeeded(ours, MiB + 1, 1);
        await ours.close();
        whole(await back, seeded(1, MiB + 1), `what came back on a stream of type ${type}`);
        await echoing;
      }
      await rejects(session.newStream({ "muxado-type": "42", kind: "echo" }), { code: "ERR_UNSUPPORTED" });
      await rejects(session.newStream({ "muxado-type": "-1" }), { code: "ERR_HEADERS_INVALID" });
    },
  },
  {
    name: "the type of a stream of the peer's is a header, and no part of its bytes",
    run: async (t) => {
      const { session, peer } = await t.start({ config, mux: typed() });
      const listener = session.listen();
      for (const type of [42, 0, 4294967294]) {
        const theirs = await peer.open({ type });
        const ours = await nextOf(listener);
        strictEqual(ours.headers.get("muxado-type"), String(type));
        const back = theirs.read();
        await Promise.all([theirs.write(MiB + 1, 2).then(() => theirs.closeWrite()), echoed(ours)]);
        whole(await back, seeded(2, MiB + 1), `what came back on a stream of type ${type}`);
      }
    },
  },
  {
    name: "the type counts against the window: what waits unread fills it, and no byte more",
    run: async (t) => {
      const { session, peer } = await t.start({ config, mux: typed() });
      const ours = await session.newStream({ "muxado-type": "1" });
      const writing = writeSeeded(ours, MiB, 1).then(() => ours.close());
      await hangs(writing, 500, "a write that nobody reads");
      const [stats] = session.stats().streams();
      strictEqual(stats?.sendCredit, 0);
      whole(await (await peer.accept()).read(), seeded(1, MiB), "what waited");
      await writing;
    },
  },
  {
    name: "the peer's heartbeat is answered, and our listener never sees it",
    run: async (t) => {
      const { session, peer } = await t.start({
        config: { ...config, heartbeatIntervalMs: 50, heartbeatToleranceMs: 2000 },
        mux: typed(),
      });
      const accepting = nextOf(session.listen());
      deepStrictEqual(await within(peer.do("beats", { answered: 5 }), 5000, "five beats"), { answered: 5, missed: 0 });
      const theirs = await peer.open({ type: 9 });
      strictEqual((await accepting).id, String(theirs.number));
    },
  },
  {
    name: "our heartbeat is answered, is no stream of the peer's application, and is what a ping is",
    run: async (t) => {
      const beats: (number | undefined)[] = [];
      const onBeat = (roundTrip: number | undefined): unknown => beats.push(roundTrip);
      const mux = muxado({ signTimeout: 100, heartbeat: { interval: 50, onBeat } });
      const { session, peer } = await t.start({ config, mux });
      strictEqual(session.features.ping, true);
      // The peer answers while its application accepts.
      const accepting = peer.accept();
      accepting.catch(() => {});
      const roundTrips = [await session.ping(), await session.ping()];
      ok(roundTrips.every((roundTrip) => roundTrip > 0 && roundTrip < 2000));
      await within(
        until(() => beats.length >= 5),
        5000,
        "five beats",
      );
      ok(beats.every((beat) => beat !== undefined && beat < 2000));
      await session.newStream({ "muxado-type": "7" });
      deepStrictEqual((await accepting).headers, { type: "7" });
    },
  },
  {
    name: "both ends beat at once, with a type of their own choice, under bulk",
    run: async (t) => {
      const beats: unknown[] = [];
      const heartbeat = { interval: 50, onBeat: (beat: unknown): unknown => beats.push(beat) };
      const { session, peer } = await t.start({
        config: { ...config, heartbeatIntervalMs: 50, heartbeatToleranceMs: 5000 },
        mux: muxado({ signTimeout: 100, heartbeat }),
      });
      const echoing = peer.accept().then((theirs) => {
        // It answers beats while it accepts.
        peer.accept().catch(() => {});
        return theirs.echo();
      });
      const ours = await session.newStream({ "muxado-type": "7" });
      const back = readAll(ours);
      await writeSeeded(ours, 16 * MiB, 1);
      await ours.close();
      whole(await back, seeded(1, 16 * MiB), "the bulk");
      await echoing;
      await within(peer.do("beats", { answered: 3 }), 5000, "their beats");
      await within(
        until(() => beats.length >= 3),
        5000,
        "our beats",
      );
    },
  },
  {
    name: "a peer that does not answer beats is told of, and the session goes on",
    run: async (t) => {
      const beats: (number | undefined)[] = [];
      const heartbeat = {
        interval: 50,
        tolerance: 200,
        onBeat: (beat: number | undefined): unknown => beats.push(beat),
      };
      // Untyped: the heartbeat is a stream like any other, whose bytes its application reads.
      const { session, peer } = await t.start({ mux: muxado({ signTimeout: 100, heartbeat }) });
      await within(
        until(() => beats.includes(undefined)),
        5000,
        "a missed beat",
      );
      const theirs = await peer.accept();
      strictEqual((await theirs.read(8)).head.slice(0, 8), "ffffffff");
      strictEqual(session.stats().streamsOpen, 0);
      t.record(
        "heartbeats are answered only while its application accepts typed streams; ours tells onBeat what it misses",
      );
    },
  },
];

async function echoed(stream: Awaited<ReturnType<typeof nextOf>>): Promise<void> {
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
