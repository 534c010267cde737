// How sessions of muxado 1 begin, live and end: the sign, the heartbeats and the GOAWAYs of both ends.

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { muxado1 } from "mux-muxado/v1";
import { theyEcho } from "../../common/echo.js";
import { linked, nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { within } from "../../within.js";
import { closedByPeer, echoed, ourClose, peerGoesAway } from "../muxado/both.js";
import { fromHex, until } from "../muxado/hex.js";

const SIGN = { client: "00080601 00000003 5374726d fffffeff", server: "00080601 00000002 5374726d fffffeff" } as const;
/** Of our first stream after the heartbeat, by our role. */
const ID = { client: "00000005", server: "00000004" } as const;
const HELLO = "68656c6c6f";
const QUICK = { heartbeatIntervalMs: 50, heartbeatToleranceMs: 1500 };

export const sessions: readonly Case[] = [
  {
    name: "the sign is a heartbeat to the peer, which it answers as any other",
    run: async (t) => {
      const { conn, peer } = await t.raw();
      const id = SIGN[t.role].slice(9, 17);
      await conn.write(fromHex(`${SIGN[t.role]} 00040003 ${id} 12345678 00000001 ${ID[t.role]}`));
      await conn.write(fromHex(`00050003 ${ID[t.role]} ${HELLO} 00000103 ${ID[t.role]}`));
      strictEqual((await (await peer.accept()).echo()).head, HELLO);
      const read = await within(until(conn, `00050003 ${ID[t.role]} ${HELLO}`), 5000, "the echo");
      ok(read.includes(`00040003${id}12345678`), "the beat comes back");
    },
  },
  {
    name: "the peer's own heartbeat tells us who it is, long before signTimeout",
    run: async (t) => {
      const { session } = await t.start({ mux: muxado1({ signTimeout: 600_000 }) });
      const { headers, ping, priority, drain } = session.features;
      deepStrictEqual({ headers, ping, priority, drain }, { headers: "none", ping: true, priority: true, drain: true });
    },
  },
  {
    name: "with peer set to stock our heartbeat is that of the original, and the session works all the same",
    run: async (t) => {
      const pair = await t.start({ mux: muxado1({ peer: "stock" }) });
      await theyEcho(t, pair, 3, 100_000);
    },
  },
  {
    name: "a peer whose beats nobody answers ends its session",
    run: async (t) => {
      const { peer } = await t.raw({ config: { heartbeatIntervalMs: 50, heartbeatToleranceMs: 100 } });
      const { error } = Object(await within(peer.do("wait"), 5000, "the end of its session"));
      strictEqual(error, "Session Close()");
    },
  },
  {
    name: "beats are answered on an idle session, and our listener never sees them",
    run: async (t) => {
      const pair = await t.start({ config: QUICK });
      const accepting = nextOf(pair.session.listen());
      const { bytesIn } = pair.session.stats();
      // A beat is 12 bytes: more than twice the tolerance passes with nothing else.
      await within(
        reached(() => pair.session.stats().bytesIn > bytesIn + 12 * 20),
        10_000,
        "20 beats",
      );
      const theirs = await pair.peer.open();
      strictEqual((await accepting).id, String(theirs.number));
      strictEqual(pair.session.stats().streamsOpen, 1);
    },
  },
  {
    name: "beats are answered under bulk",
    run: async (t) => {
      // Longer than the tolerance, in which nothing here may keep this process busy without a pause.
      const pair = await t.start({ config: { heartbeatIntervalMs: 50, heartbeatToleranceMs: 4000 } });
      const began = performance.now();
      while (performance.now() - began < 5000) await theyEcho(t, pair, 4, 4 * 1024 * 1024);
    },
  },
  {
    name: "our ping is a beat, which the peer answers",
    run: async (t) => {
      const { session } = await t.start();
      const roundTrips = await Promise.all(Array.from({ length: 10 }, () => session.ping()));
      ok(roundTrips.every((roundTrip) => roundTrip > 0 && roundTrip < 2000));
    },
  },
  {
    name: "our shutdown keeps the peer from opening streams, and those that are open finish",
    run: async (t) => {
      const pair = await t.start({ config: QUICK });
      const links = [await linked(t, pair, "peer"), await linked(t, pair, "us")];
      const shutdown = pair.session.shutdown();
      await pair.session.ping();
      await rejects(pair.peer.open(), /remote has gone away/);
      for (const link of links) await echoed(link, 1_000_000);
      await within(shutdown, 5000, "our session to end");
      await within(pair.peer.do("wait"), 5000, "the peer's session to end");
    },
  },
  {
    name: "our shutdown before anything else was opened does not take the peer's heartbeat from it",
    run: async (t) => {
      const { conn, peer } = await t.raw({ config: QUICK });
      const session = muxado1({ peer: "stock" })(conn, t.role);
      const ours = await session.newStream();
      // Once its heartbeat is open.
      await reached(() => session.stats().bytesIn > 0);
      const shutdown = session.shutdown();
      const theirs = await peer.accept();
      await session.ping();
      const { bytesIn } = session.stats();
      await within(
        reached(() => session.stats().bytesIn > bytesIn + 12 * 20),
        10_000,
        "20 beats",
      );
      await echoed({ ours, theirs }, 1000);
      await shutdown;
    },
  },
  {
    name: "the peer's GOAWAY, which announces more than it sends, ends no stream, and keeps us from opening others",
    run: async (t) => {
      await peerGoesAway(t, await t.start());
      t.record(
        "its GOAWAY announces a text and eight bytes more, and sends neither; ours takes such a frame for the eight bytes it has",
      );
    },
  },
  closedByPeer,
  {
    name: "our close is what the peer's Wait tells, and its streams fail",
    run: async (t) => {
      const debug = await ourClose(t, await t.start());
      strictEqual(debug, "closed");
    },
  },
];

async function reached(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
