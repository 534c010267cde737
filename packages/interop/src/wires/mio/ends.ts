// Streams and sessions that end, where mivinci/mio survives it.

import { deepStrictEqual, strictEqual as equal, rejects } from "node:assert";
import { isStreamsError } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho } from "../../common/echo.js";
import { linked, nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";

export const ends: readonly Case[] = [
  {
    name: "the peer closes a stream that both ends have ended: nothing is said about it, and the session goes on",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await Promise.all([ours.close(), theirs.closeWrite()]);
      equal((await theirs.read()).end, true);
      equal((await readAll(ours)).end, true);
      await theirs.close();
      await ours.closed;
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "the peer closes a stream that only this end has ended: what it sent comes whole, and then the end",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await ours.close();
      equal((await theirs.read()).end, true);
      await theirs.write(300_000, 3);
      await theirs.close();
      whole(await readAll(ours), seeded(3, 300_000), "what the peer sent");
      await ours.closed;
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "the peer closes a stream that nobody writes on: an end to read, a reset to write",
    run: async (t) => {
      const pair = await t.start();
      const { ours, theirs } = await linked(t, pair, "us");
      await theirs.write(300_000, 3);
      await theirs.close();
      whole(await readAll(ours), seeded(3, 300_000), "what the peer sent");
      await rejects(ours.write(new Uint8Array(1)), (error) => isStreamsError(error, "ERR_RESET"));
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "a client that opens, writes and closes before anybody accepts is served",
    run: async (t) => {
      const { session, peer } = await t.start();
      const theirs = await peer.open();
      await theirs.write(100_000, 4);
      await theirs.close();
      const ours = await nextOf(session.listen());
      whole(await readAll(ours), seeded(4, 100_000), "what the peer sent");
    },
  },
  {
    name: "the peer closes its session: ours ends cleanly, and its streams with ERR_SESSION_CLOSED",
    run: async (t) => {
      const pair = await t.start();
      const { ours } = await linked(t, pair, "us");
      await pair.peer.close();
      deepStrictEqual(await pair.session.closed, { code: 0, reason: "", remote: true });
      await rejects(ours.read(), (error) => isStreamsError(error, "ERR_SESSION_CLOSED"));
    },
  },
  {
    name: "we close a session without streams: the peer's accept fails",
    run: async (t) => {
      const { session, peer } = await t.start();
      const refused = rejects(peer.accept(), /transport closed/);
      await session.close();
      await refused;
    },
  },
  {
    name: "we close a session: each of its readers reads an end, and those who accept an error",
    run: async (t) => {
      const pair = await t.start();
      const links = [await linked(t, pair, "us"), await linked(t, pair, "peer"), await linked(t, pair, "us")];
      const reading = links.map(({ theirs }) => theirs.read());
      void pair.session.close();
      for (const read of reading) equal((await read).end, true);
      for (const { theirs } of links) await theirs.close();
      // It accepts nothing more, whether it asked before or asks now.
      await pair.session.closed;
      await rejects(pair.peer.accept(), /transport closed/);
    },
  },
  {
    name: "we shut down after a request and its response: both come whole, and the peer can close its stream",
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours = await session.newStream();
      await writeSeeded(ours, 1000, 1);
      await ours.close();
      const theirs = await peer.accept();
      // Its session never ends the transport: that is its program's business.
      const gone = rejects(peer.accept(), /transport closed/).then(() => peer.hangUp());
      whole(await theirs.read(), seeded(1, 1000), "the request");
      await theirs.write(1000, 2);
      await theirs.closeWrite();
      const closing = readAll(ours).then(async (response) => {
        whole(response, seeded(2, 1000), "the response");
        await session.shutdown();
      });
      await theirs.close();
      await Promise.all([closing, gone]);
    },
  },
];
