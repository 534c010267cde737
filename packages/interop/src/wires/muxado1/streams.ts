// How the streams of muxado 1 open, fill and end.

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { weEcho } from "../../common/echo.js";
import { nextOf } from "../../common/link.js";
import { halfReset } from "../../common/load.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";
import { closedTwice, closedWhileWeWrite, readBeforeReset } from "../muxado/both.js";
import { fromHex, until } from "../muxado/hex.js";

const BACKLOG = 100;
const STREAM_CLOSED = 4;

export const streams: readonly Case[] = [
  {
    name: "who writes first is who was opened to",
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours = await session.newStream();
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
    },
  },
  {
    name: "the type of a stream passes both ways, and other headers do not",
    run: async (t) => {
      const { session, peer } = await t.start();
      await session.newStream({ "muxado-type": "42" }, { priority: { urgency: 0 } });
      deepStrictEqual((await peer.accept()).headers, { type: "42" });
      await session.newStream({ "muxado-type": "43" });
      deepStrictEqual((await peer.accept()).headers, { type: "43" });
      const listener = session.listen();
      await peer.open({ type: 44, priority: 1 });
      strictEqual((await nextOf(listener)).headers.get("muxado-type"), "44");
      await peer.open();
      strictEqual((await nextOf(listener)).headers.has("muxado-type"), false);
      await rejects(session.newStream({ kind: "echo" }), { code: "ERR_UNSUPPORTED" });
    },
  },
  {
    name: "the peer writes type and priority as we do",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await peer.open({ type: 0x2a, priority: 0x58000000 });
      const read = await until(conn, "58000000 0000002a");
      strictEqual(read.slice(-32, -24), "00080601");
    },
  },
  {
    name: "a stream of ours of one of the protocol's own types is reset by the peer, with code 4",
    run: async (t) => {
      const { session } = await t.start();
      const ours = await session.newStream({ "muxado-type": String(0xffffff00) });
      await rejects(ours.closed, { code: "ERR_RESET", resetCode: STREAM_CLOSED });
    },
  },
  closedTwice,
  closedWhileWeWrite,
  readBeforeReset(77),
  {
    name: "of 100 streams under load a half is reset by us, the others arrive whole, and the session lives",
    run: async (t) => {
      const pair = await t.start();
      await halfReset(pair, 100);
      await weEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "more streams than the peer's 100 that wait to be accepted stop all it reads, until it accepts",
    run: async (t) => {
      const { session, peer } = await t.start();
      const opened = await Promise.all(Array.from({ length: BACKLOG + 5 }, () => session.newStream()));
      await Promise.all(opened.map((stream) => stream.opened));
      const ping = session.ping();
      await hangs(ping, 500, "an answer of a peer whose queue is full");
      for (const ours of opened) {
        const theirs = await peer.accept();
        const reading = readAll(ours);
        await theirs.write(100, 1);
        await theirs.closeWrite();
        whole(await reading, seeded(1, 100), "a stream that waited");
      }
      await within(ping, 5000, "the answer");
      t.record("its reader waits for Accept with everything behind it; ours refuses what is beyond its own backlog");
    },
  },
  {
    name: "a stream opened with the peer's fin carries its bytes to us, and none back",
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const theirs = await peer.open({ fin: true });
      const writing = theirs.write(100_000, 1);
      const ours = await nextOf(listener);
      whole(await readAll(ours, 100_000), seeded(1, 100_000), "what we read");
      whole(await writing, seeded(1, 100_000), "what the peer wrote");
      strictEqual((await theirs.read()).end, true);
      await ours.write(Buffer.from("hello"));
      await rejects(ours.closed, { code: "ERR_RESET", resetCode: STREAM_CLOSED });
      t.record(
        "fin in an opening ends what its opener reads, not what it writes; ours does not take it for an end, and never sends it",
      );
    },
  },
  {
    name: "data for a stream that the peer forgot is answered with a reset, which harms nothing",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      const id = t.role === "client" ? "00000003" : "00000002";
      await conn.write(fromHex(`00000001 ${id} 00000103 ${id}`));
      const theirs = await peer.accept();
      await theirs.closeWrite();
      await conn.write(fromHex(`00000103 ${id}`));
      await within(until(conn, `00040002 ${id} 00000004`), 5000, "the reset");
    },
  },
];
