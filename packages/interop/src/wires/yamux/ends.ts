// How streams and sessions end: halves, resets under load, GO_AWAY of both ends.

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { yamux } from "mux-yamux";
import { isStreamsError, type Stream } from "streams-core";
import { echo, readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho, weEcho } from "../../common/echo.js";
import { linked, nextOf } from "../../common/link.js";
import { halfReset } from "../../common/load.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";

const MiB = 1024 * 1024;
const HASHICORP = ["hashicorp/yamux"];
const LIBP2P = ["libp2p/go-yamux/v5"];

export const ends: readonly Case[] = [
  {
    name: "the peer's Close while we still write leaves our writer waiting, and its StreamCloseTimeout resets the stream",
    originals: HASHICORP,
    run: async (t) => {
      const pair = await t.start({ config: { streamCloseTimeoutMs: 1000 } });
      const { ours, theirs } = await linked(t, pair, "us");
      await theirs.close();
      strictEqual((await readAll(ours)).end, true);
      await rejects(writeSeeded(ours, 8 * MiB, 1), { code: "ERR_RESET", remote: true });
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "the peer's Close while we still write is not told to us: our writer waits, bounded, until it gives up itself",
    originals: LIBP2P,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await theirs.close();
      strictEqual((await readAll(ours)).end, true);
      const writing = writeSeeded(ours, 8 * MiB, 1);
      writing.catch(() => {});
      await hangs(writing, 1000, "a write to a stream that the peer has closed");
      const [stats] = pair.session.stats().streams();
      strictEqual(stats !== undefined && stats.unsent <= 64 * 1024, true, "one piece waits");
      ours.reset();
      await rejects(writing, { code: "ERR_RESET", remote: false });
      await theyEcho(t, pair, 1, 1000);
      t.record(
        "Close forgets the stream, whose data is dropped from then on without a reset and without credit; our write waits, and a reset or a signal of the application ends it",
      );
    },
  },
  {
    name: "of 200 streams under load a half is reset by us, the others arrive whole, and the session lives",
    run: async (t) => {
      const pair = await t.start();
      await halfReset(pair, 200);
      await pair.peer.ping();
    },
  },
  {
    name: "a ping of either end is answered",
    run: async (t) => {
      const { session, peer } = await t.start();
      await Promise.all([session.ping(), peer.ping(), session.ping(), peer.ping()]);
    },
  },
  {
    name: "the peer's GO_AWAY ends no stream, and keeps us from opening others",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await pair.peer.goAway();
      await pair.peer.ping();
      await rejects(pair.session.newStream(), { code: "ERR_SESSION_DRAINING", retryable: true });
      const echoing = theirs.echo();
      await writeSeeded(ours, 100_000, 3);
      await ours.close();
      whole(await readAll(ours), seeded(3, 100_000), "the stream that was open");
      await echoing;
    },
  },
  {
    name: "our shutdown lets the open streams finish, resets what comes later, and ends the session",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "peer");
      const shutdown = pair.session.shutdown();
      await pair.session.ping();
      const late = await (await pair.peer.open()).read();
      strictEqual(late.error === undefined, false, "a stream that was reset");
      const sent = theirs.write(100_000, 4);
      const back = theirs.read();
      const echoing = echo(ours);
      await sent;
      await theirs.closeWrite();
      whole(await back, seeded(4, 100_000), "the stream that was open");
      await echoing;
      await shutdown;
      await within(pair.peer.do("waitOver"), 5000, "the peer to notice");
    },
  },
  {
    name: "our graceful shutdown keeps the peer from opening streams, and those that are open finish",
    originals: HASHICORP,
    run: async (t) => {
      const pair = await t.start({ mux: yamux({ graceful: true }) });
      strictEqual(pair.session.features.drain, true);
      const { ours, theirs } = await linked(t, pair, "peer");
      const shutdown = pair.session.shutdown();
      await pair.session.ping();
      await rejects(pair.peer.open(), /remote end is not accepting connections/);
      const back = theirs.read();
      const echoing = echo(ours);
      await theirs.write(100_000, 4);
      await theirs.closeWrite();
      whole(await back, seeded(4, 100_000), "the stream that was open");
      await echoing;
      await shutdown;
    },
  },
  {
    name: "our graceful shutdown ends the session, and what is on it",
    originals: LIBP2P,
    run: async (t) => {
      const pair = await t.start({ mux: yamux({ graceful: true }) });
      const { ours, theirs } = await linked(t, pair, "peer");
      const seen = theirs.read();
      const shutdown = pair.session.shutdown();
      strictEqual((await seen).error?.code, 0);
      await rejects(
        readAll(ours).then(({ error }) => Promise.reject(error)),
        () => true,
      );
      await rejects(shutdown, (error) => isStreamsError(error, "ERR_TRANSPORT_LOST"));
      t.record(
        "a GO_AWAY of code 0 ends its session with all streams; graceful is off by default, and what the peer still opens is reset",
      );
    },
  },
  {
    name: "our close with streams open is no clean end to the peer",
    run: async (t) => {
      const pair = await t.start();
      const { theirs } = await linked(t, pair, "us");
      const seen = theirs.read();
      await pair.session.close({ code: 77 });
      strictEqual((await seen).end, false, "an error and no end");
      strictEqual((await seen).error === undefined, false, "an error and no end");
    },
  },
  {
    name: "the code of our close arrives",
    originals: LIBP2P,
    run: async (t) => {
      const { session, peer } = await t.start();
      const accepting = peer.accept();
      const seen = rejects(accepting, { code: 77 });
      await session.close({ code: 77 });
      await seen;
    },
  },
  {
    name: "the code of the peer's CloseWithError arrives",
    originals: LIBP2P,
    run: async (t) => {
      const pair = await t.start();
      const { ours } = await linked(t, pair, "us");
      await pair.peer.goAway(77);
      await rejects(ours.closed, { code: "ERR_SESSION_CLOSED", remote: true });
      deepStrictEqual(await pair.session.closed, { code: 77, reason: "", remote: true });
    },
  },
  {
    name: "the peer's Close of a session without streams ends ours cleanly, and one with streams is a loss",
    run: async (t) => {
      const idle = await t.start();
      // What it has not read when it closes makes its system break the connection off.
      await idle.session.ping();
      await idle.peer.close();
      deepStrictEqual(await idle.session.closed, { code: 0, reason: "", remote: true });
      const busy = await t.start();
      const { ours } = await linked(t, busy, "us");
      await busy.peer.close();
      await rejects(ours.read(), { code: "ERR_TRANSPORT_LOST" });
      await rejects(busy.session.closed, { code: "ERR_TRANSPORT_LOST" });
    },
  },
  {
    name: "who writes first is who was opened to",
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours: Stream = await session.newStream();
      const theirs = await peer.accept();
      await theirs.write(1000, 5);
      await theirs.closeWrite();
      whole(await readAll(ours), seeded(5, 1000), "what the peer wrote first");
      const listener = session.listen();
      const other = await peer.open();
      const back = other.read();
      const accepted = await nextOf(listener);
      await writeSeeded(accepted, 1000, 6);
      await accepted.close();
      whole(await back, seeded(6, 1000), "what we wrote first");
      await listener.close();
    },
  },
  {
    name: "windows larger than the first one, at both ends, carry bulk both ways",
    run: async (t) => {
      const config = { maxStreamWindowSize: 16 * MiB, initialStreamWindowSize: MiB };
      const pair = await t.start({ config, mux: yamux({ initialWindow: 4 * MiB }) });
      await theyEcho(t, pair, 4, 8 * MiB);
      await weEcho(t, pair, 4, 8 * MiB);
    },
  },
];
