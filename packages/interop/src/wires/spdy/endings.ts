// Half-closes, resets and the end of the session, as spdystream has them.

import { ok, rejects, strictEqual } from "node:assert";
import { isStreamsError } from "streams-core";
import { echo, readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho, weEcho } from "../../common/echo.js";
import { linked, nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { saw, whole } from "../../whole.js";
import { hangs, within } from "../../within.js";

const SPDYSTREAM = ["moby/spdystream"];

export const endings: readonly Case[] = [
  {
    name: "a stream that is opened with its end carries an answer",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const [theirs, ours] = await Promise.all([peer.open({ fin: true }), nextOf(listener)]);
      strictEqual(await ours.read(), null);
      await writeSeeded(ours, 1000, 1);
      await ours.close();
      whole(await theirs.read(), seeded(1, 1000), "the answer");
    },
  },
  {
    name: "our reset behind our end is seen, and the session goes on",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await ours.close();
      saw(await theirs.read(), "end", "our end");
      ours.reset(5);
      await theyEcho(t, pair, 11, 1000);
    },
  },
  {
    name: "a stream that we accept and reset at once costs the peer nothing although it does not wait for replies",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const listener = pair.session.listen();
      for (let i = 0; i < 11; i += 1) {
        const opening = pair.peer.open();
        (await nextOf(listener)).reset();
        await opening;
      }
      await listener.close();
      await weEcho(t, pair, 11, 1000);
    },
  },
  {
    name: "the peer's reset behind its end: it says none, and ours stays half open until we end it",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await theirs.closeWrite();
      saw(await readAll(ours), "end", "its end");
      await theirs.reset();
      await writeSeeded(ours, 100_000, 1);
      await hangs(ours.closed, 300, "our stream");
      await ours.close();
      await within(ours.closed, 3000, "our stream to end");
      await theyEcho(t, pair, 1, 1000);
      t.record(
        "Close and then Reset says nothing of the reset: what we still send is dropped. Our end, reset or halfCloseLinger ends the stream here.",
      );
    },
  },
  {
    name: "what the peer writes behind its own reset is dropped, and the session goes on",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await theirs.reset();
      await theirs.write(100_000, 1, { piece: 1000 });
      saw(await readAll(ours), "error", "its reset");
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "headers that the peer adds later have no effect, and end the stream where they say so",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours = await session.newStream();
      const theirs = await peer.accept();
      await theirs.do("sendHeader", { headers: { Later: ["x"] } });
      await theirs.write(1000, 1);
      await theirs.do("sendHeader", { headers: { Trailer: ["x"] }, fin: true });
      const seen = await readAll(ours);
      whole(seen, seeded(1, 1000), "what came between");
      strictEqual(seen.end, true);
    },
  },
  {
    name: "the peer closes: its stream finishes, no stream follows, the session ends cleanly",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await pair.peer.goAway();
      const read = readAll(ours);
      whole(await theirs.write(300_000, 1), seeded(1, 300_000), "what it wrote");
      await theirs.closeWrite();
      whole(await read, seeded(1, 300_000), "what we read");
      // What it would not answer is not sent.
      await rejects(pair.session.newStream(), (error) => isStreamsError(error, "ERR_SESSION_DRAINING"));
      const there = theirs.read();
      await writeSeeded(ours, 300_000, 2);
      await ours.close();
      whole(await there, seeded(2, 300_000), "what it read");
      strictEqual((await within(pair.session.closed, 3000, "the session to end")).remote, true);
    },
  },
  {
    name: "the peer closes and ends its stream behind our end: it may close the socket on what it wrote",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      const over = pair.session.closed.then(
        () => "ended",
        (error: unknown) => (isStreamsError(error) ? error.code : error),
      );
      await pair.peer.goAway();
      const read = readAll(ours);
      void theirs.echo();
      await writeSeeded(ours, 300_000, 1);
      await ours.close();
      const { length, end } = await read;
      const how = await within(over, 3000, "the session to end");
      ok(how === "ended" || how === "ERR_TRANSPORT_LOST", String(how));
      ok(end ? length === 300_000 : how === "ERR_TRANSPORT_LOST", "an end means that all of it came");
      t.record(
        "Close forgets a stream that ended before its own end is written, and the socket closes under it. We never read that loss as an end.",
      );
    },
  },
  {
    name: "our shutdown lets streams finish before it says anything, and refuses those that come",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const opening = peer.open({ wait: true });
      const ours = await nextOf(listener);
      const theirs = await opening;
      const done = session.shutdown();
      // Nothing tells it that no more may come: each is refused.
      saw(await (await peer.open()).read(), "end", "our refusal");
      const back = theirs.read();
      const echoing = echo(ours);
      whole(await theirs.write(300_000, 1), seeded(1, 300_000), "what the peer wrote");
      await theirs.closeWrite();
      whole(await back, seeded(1, 300_000), "what the peer read back");
      await echoing;
      await within(done, 3000, "our shutdown");
      await within(peer.do("waitOver"), 3000, "the peer's session to end");
    },
  },
  {
    name: "our close ends what the peer reads, however much is missing",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const { theirs } = await linked(t, pair, "us");
      const seen = theirs.read();
      await pair.session.close();
      saw(await within(seen, 3000, "the peer to see it"), "end", "our close");
      await within(pair.peer.do("waitOver"), 3000, "the peer's session to end");
      t.record(
        "Go readers take the end of a session for the end of each stream (io.EOF): only a length or a checksum tells. We never read a loss as an end.",
      );
    },
  },
  {
    name: "both ends ping",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      for (let i = 0; i < 20; i += 1) await Promise.all([pair.session.ping(), pair.peer.ping()]);
      await weEcho(t, pair, 1, 1000);
    },
  },
];
