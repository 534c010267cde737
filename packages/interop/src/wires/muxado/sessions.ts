// How sessions of muxado 2 begin and end: the sign, the GOAWAYs of both ends, and frames that the original misreads.

import { strictEqual } from "node:assert";
import { muxado } from "mux-muxado";
import { theyEcho } from "../../common/echo.js";
import { linked } from "../../common/link.js";
import type { Case } from "../../original.js";
import { hangs, within } from "../../within.js";
import { closedByPeer, echoed, ourClose, peerGoesAway } from "./both.js";
import { fromHex, until } from "./hex.js";

const SIGN = "000000e0 5374726d";
const EXTENSION = "000005d0 00000000 0800000000";
/** Of our first stream, by our role. */
const ID = { client: "00000003", server: "00000002" } as const;
const HELLO = "68656c6c6f";

export const sessions: readonly Case[] = [
  {
    name: "the sign and extension frames mean nothing to the peer",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      const id = ID[t.role];
      await conn.write(fromHex(`${SIGN} ${EXTENSION} 00000512 ${id} ${HELLO} ${EXTENSION} 00000011 ${id}`));
      const theirs = await peer.accept();
      strictEqual((await theirs.echo()).head, HELLO);
      await within(until(conn, `00000510 ${id} ${HELLO}`), 5000, "the echo");
    },
  },
  {
    name: "without a word of the peer we take it for the original after signTimeout, and what waited goes on",
    run: async (t) => {
      const pair = await t.start({ mux: muxado() });
      await theyEcho(t, pair, 3, 100_000);
    },
  },
  {
    name: "with peer set to stock there is no sign, and nothing waits",
    run: async (t) => {
      const pair = await t.start({ mux: muxado({ peer: "stock", signTimeout: 600_000 }) });
      await theyEcho(t, pair, 3, 100_000);
    },
  },
  {
    name: "an opening frame with an end makes the stream unanswerable",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(fromHex(`00000513 ${ID[t.role]} ${HELLO}`));
      const theirs = await peer.accept();
      strictEqual((await theirs.read()).end, true);
      strictEqual((await theirs.write(5, 5)).error?.message, "stream closed");
      t.record(
        "an end in the opening frame ends its own direction too; ours sends the end in a frame of its own, always",
      );
    },
  },
  {
    name: "a GOAWAY swallows the eight bytes after it",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      const id = ID[t.role];
      await conn.write(fromHex(`00000512 ${id} ${HELLO}`));
      const theirs = await peer.accept();
      strictEqual((await theirs.read(5)).length, 5);
      await conn.write(fromHex(`00000830 00000000 00000000 00000000 00000010 ${id}`));
      await conn.write(fromHex(`00000510 ${id} ${HELLO}`));
      strictEqual((await theirs.read(5)).head, HELLO);
      await conn.write(fromHex("00000830 00000000 00000000 00000000"));
      await conn.write(fromHex(`00000510 ${id} ${HELLO}`));
      await hangs(theirs.read(5), 500, "what follows a GOAWAY");
      t.record(
        "it reads the debug text with the eight bytes before it counted twice; ours sends a frame for it to swallow",
      );
    },
  },
  {
    name: "our shutdown keeps the peer from opening streams, and those that are open finish",
    run: async (t) => {
      const pair = await t.start();
      const links = [await linked(t, pair, "peer"), await linked(t, pair, "us")];
      const shutdown = pair.session.shutdown();
      await within(refusesToOpen(pair.peer), 5000, "the peer to hear of it");
      for (const link of links) await echoed(link, 1_000_000);
      await within(shutdown, 5000, "our session to end");
      const { debug } = Object(await within(pair.peer.do("wait"), 5000, "the peer's session to end"));
      // With what it swallowed.
      strictEqual(String(debug).startsWith("no error\0"), true);
    },
  },
  {
    name: "the peer's GOAWAY ends no stream, and keeps us from opening others",
    run: async (t) => peerGoesAway(t, await t.start()),
  },
  closedByPeer,
  {
    name: "code and reason of our close are what the peer's Wait tells, and its streams fail",
    run: async (t) => {
      const debug = await ourClose(t, await t.start());
      strictEqual(debug.startsWith("no error: bye\0"), true);
    },
  },
  {
    name: "a peer that breaks a rule is told which",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(fromHex(`00000420 ${ID[t.role]} 00000000`));
      const read = await until(conn, Buffer.from("WNDINC increment must not be zero").toString("hex"));
      strictEqual(read.slice(6, 8), "30");
      await peer.do("wait");
    },
  },
];

async function refusesToOpen(peer: { open(): Promise<unknown> }): Promise<void> {
  for (;;) {
    const refused = await peer.open().then(
      () => false,
      (error: unknown) => /remote gone away/.test(String(error)),
    );
    if (refused) return;
  }
}
