// How streams and sessions end: codes of resets, handlers that return early, GOAWAY.

import { deepStrictEqual as equal, ok, rejects } from "node:assert";
import type { StreamProvider } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho, weEcho } from "../../common/echo.js";
import { linked } from "../../common/link.js";
import { isObject } from "../../objects.js";
import type { Case } from "../../original.js";
import type { Peer } from "../../peer.js";
import { saw, whole } from "../../whole.js";
import { within } from "../../within.js";

const INTERNAL_ERROR = 2;
const CANCEL = 8;
const SOON = 5000;

export const ends: readonly Case[] = [
  ...([0, 5, 13, 0xfffffffe] as const).map(
    (code): Case => ({
      name: `our reset(${code}) has the code ${code === 0 ? CANCEL : code} at the original`,
      run: async (t) => {
        const { ours, theirs } = await linked(t, await t.start(), t.role === "client" ? "us" : "peer");
        const seen = theirs.read();
        ours.reset(code);
        // 0 is no reset in HTTP/2.
        saw(await seen, { code: code === 0 ? CANCEL : code }, "our reset");
      },
    }),
  ),
  {
    name: "a Go handler that panics resets with INTERNAL_ERROR",
    roles: ["client"],
    run: async (t) => {
      const { ours, theirs } = await linked(t, await t.start(), "us");
      await theirs.reset();
      saw(await readAll(ours), { code: INTERNAL_ERROR }, "the handler's panic");
    },
  },
  {
    name: "a Go client that cancels resets with CANCEL",
    roles: ["server"],
    run: async (t) => {
      const { ours, theirs } = await linked(t, await t.start(), "peer");
      await theirs.reset();
      saw(await readAll(ours), { code: CANCEL }, "the cancelled request");
    },
  },
  {
    name: "a Go handler that returns before our request ended: its response is read whole, and our writes fail",
    roles: ["client"],
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      whole(await theirs.write(200_000, 1), seeded(1, 200_000), "the response at the handler");
      await theirs.close();
      const response = await readAll(ours);
      whole(response, seeded(1, 200_000), "the response");
      ok(response.end);
      await within(rejects(writeSeeded(ours, 64 * 1024 * 1024, 2), { code: "ERR_RESET" }), SOON, "the write to fail");
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "a Go client that closes the response's body resets with CANCEL, and our write fails",
    roles: ["server"],
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "peer");
      const writing = writeSeeded(ours, 64 * 1024 * 1024, 1);
      writing.catch(() => {});
      await theirs.read(100_000);
      await theirs.close();
      await within(rejects(writing, { code: "ERR_RESET" }), SOON, "the write to fail");
      await weEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "a Go server's GOAWAY: open streams end whole, new ones are refused here, the session closes",
    roles: ["client"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const { ours, theirs } = await linked(t, { session, peer }, "us");
      const echoing = theirs.echo();
      const leaving = peer.goAway();
      // The original says it twice: at once with the highest id, and for good half a second or so later.
      const closing = within(session.closed, SOON, "the session to close");
      await within(refusesNew(session), SOON, "new streams to be refused");
      const back = readAll(ours);
      await writeSeeded(ours, 1_000_000, 1);
      await ours.close();
      whole(await back, seeded(1, 1_000_000), "what came back");
      whole(await echoing, seeded(1, 1_000_000), "what the handler read");
      ok((await closing).remote);
      await leaving.catch(() => {});
    },
  },
  {
    name: "our shutdown() towards a Go client: open streams end whole, it opens no more, the session closes",
    roles: ["server"],
    run: async (t) => {
      const { session, peer } = await t.start();
      const { ours, theirs } = await linked(t, { session, peer }, "peer");
      const ending = session.shutdown();
      await within(closes(peer), SOON, "GOAWAY to arrive");
      await rejects(
        peer.open().then((stream) => stream.do("response")),
        /conn|GOAWAY|clos/i,
      );
      const sent = writeSeeded(ours, 1_000_000, 1).then(() => ours.close());
      whole(await theirs.read(), seeded(1, 1_000_000), "the response");
      await theirs.closeWrite();
      equal((await readAll(ours)).error, undefined);
      await sent;
      await within(ending, SOON, "the session to drain");
    },
  },
];

/** Opens streams until the session will not. */
async function refusesNew(session: StreamProvider): Promise<void> {
  for (;;) {
    try {
      (await session.newStream()).reset();
    } catch {
      return;
    }
    await session.ping().catch(() => {});
  }
}

/** Asks the original's connection until it says that it is closing. */
async function closes(peer: Peer): Promise<void> {
  for (;;) {
    const state = await peer.do("state");
    if (isObject(state) && state.closing === true) return;
  }
}
