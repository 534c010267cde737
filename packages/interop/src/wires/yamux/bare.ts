// Bytes without a session of ours behind them: what the originals make of the sign, and of a rule that is broken.

import { rejects, strictEqual } from "node:assert";
import { yamux } from "mux-yamux";
import type { Conn } from "streams-core";
import type { Case } from "../../original.js";
import { within } from "../../within.js";

const SIGN = "00020001000000005374726d";
const ECHO = "00020002000000005374726d";
const WINDOW = 256 * 1024;
/** For a client and for a server of ours: the opening of its first stream, and the head of a data frame that overruns it by a byte. */
const OPEN = { client: "000100010000000100000000", server: "000100010000000200000000" };
const OVERRUN = { client: "000000000000000100040001", server: "000000000000000200040001" };

export const bare: readonly Case[] = [
  {
    name: "the sign is a ping to the peer, which it answers as any other",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(fromHex(SIGN));
      await within(until(conn, ECHO), 5000, "the answer to the sign");
      strictEqual(await peer.do("over"), false);
    },
  },
  {
    name: "that answer tells us who the peer is, long before signTimeout",
    run: async (t) => {
      const { session, peer } = await t.start({ mux: yamux({ signTimeout: 600_000 }) });
      strictEqual(session.features.headers, "none");
      await rejects(session.newStream({ kind: "echo" }), { code: "ERR_UNSUPPORTED" });
      await peer.ping();
    },
  },
  {
    name: "with peer set to stock there is no sign, and the session works all the same",
    run: async (t) => {
      const { session, peer } = await t.start({ mux: yamux({ peer: "stock" }) });
      const accepting = peer.accept();
      const stream = await session.newStream();
      await (await accepting).closeWrite();
      strictEqual(await stream.read(), null);
    },
  },
  {
    name: "a byte more than the window ends the peer's session",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(fromHex(OPEN[t.role] + OVERRUN[t.role]));
      conn.write(new Uint8Array(WINDOW + 1)).catch(() => {});
      await within(peer.do("waitOver"), 5000, "the peer to end the session");
      t.record(
        "the session is over at once, its GO_AWAY often lost; ours tells the peer which rule it broke, and lets it read that",
      );
    },
  },
  {
    name: "a second end kills the peer's session",
    originals: ["hashicorp/yamux"],
    run: async (t) => {
      const { conn, peer } = await t.raw();
      const end = OPEN[t.role].replace("00010001", "00010004");
      await conn.write(fromHex(OPEN[t.role] + end + end));
      await within(peer.do("waitOver"), 5000, "the peer to end the session");
      t.record("an end that comes twice ends the session; ours sends one, and none after a reset");
    },
  },
];

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

/** Reads until the bytes have come. */
async function until(conn: Conn, hex: string): Promise<void> {
  let read = "";
  while (!read.includes(hex)) {
    const chunk = await conn.read();
    if (chunk === null) throw new Error(`The peer ended the connection after ${read}.`);
    read += Buffer.from(chunk).toString("hex");
  }
}
