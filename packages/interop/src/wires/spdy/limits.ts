// No windows: what nobody reads at either end, and what stops spdystream altogether.

import { ok, strictEqual } from "node:assert";
import { spdy } from "mux-spdy";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { whole } from "../../whole.js";
import { hangs, within } from "../../within.js";

const SPDYSTREAM = ["moby/spdystream"];
const MiB = 1 << 20;
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
/** An opening of stream 1 without headers. */
const OPEN_1 = "80030001 0000001a 00000001 00000000 0000 78f9e3c6a7c202a6230600000000ffff";

export const limits: readonly Case[] = [
  ...[MiB, 2 ** 24 - 1].map(
    (size): Case => ({
      name: `a data frame of ${size.toLocaleString("en")} bytes arrives whole`,
      originals: SPDYSTREAM,
      run: async (t) => {
        const { session, peer } = await t.start();
        const ours = await session.newStream();
        const theirs = await peer.accept();
        const [read, written] = await Promise.all([readAll(ours, size), theirs.write(size, 1, { piece: size })]);
        whole(written, seeded(1, size), "what the peer wrote");
        whole(read, seeded(1, size), "the frame");
      },
    }),
  ),
  {
    name: "a frame of ours of 1 MiB arrives whole",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start({ mux: spdy({ signTimeout: 300, maxFrame: MiB }) });
      const ours = await session.newStream();
      const theirs = await peer.accept();
      await writeSeeded(ours, 8 * MiB, 1);
      await ours.close();
      whole(await theirs.read(), seeded(1, 8 * MiB), "what we wrote");
    },
  },
  {
    name: "64 MiB that we do not read wait at the peer beyond maxBufferedBytes, and arrive when we do",
    originals: SPDYSTREAM,
    limit: 60_000,
    run: async (t) => {
      const { session, peer } = await t.start({ mux: spdy({ signTimeout: 300, maxBufferedBytes: MiB }) });
      const ours = await session.newStream();
      const theirs = await peer.accept();
      const writing = theirs.write(64 * MiB, 1);
      await hangs(writing, 1000, "the peer's write");
      const unread = [...session.stats().streams()].reduce((sum, stream) => sum + stream.unread, 0);
      // One read of the socket may come on top.
      ok(unread <= MiB + 256 * 1024, `${unread} bytes are kept`);
      const read = readAll(ours, 64 * MiB);
      whole(await writing, seeded(1, 64 * MiB), "what the peer wrote");
      whole(await read, seeded(1, 64 * MiB), "what we read");
    },
  },
  {
    name: "a stream of ours that the peer does not read stops those of its worker, and in the end all",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const links = [];
      for (let i = 0; i < 6; i += 1) links.push({ ours: await session.newStream(), theirs: await peer.accept() });
      const [unread, ...others] = links;
      const last = others.pop();
      if (unread === undefined || last === undefined) throw new Error("There are six.");
      await writeSeeded(unread.ours, 10_000, 1);
      for (const { ours, theirs } of others) {
        await writeSeeded(ours, 300_000, 2);
        await ours.close();
        whole(await within(theirs.read(), 5000, "another stream"), seeded(2, 300_000), `stream ${ours.id}`);
      }
      // The sixth has the worker of the first.
      await writeSeeded(last.ours, 1000, 3);
      await hangs(last.theirs.read(1000), 500, "the stream of the same worker");
      const blocked = writeSeeded(last.ours, 64 * MiB, 4).catch(() => {});
      await hangs(blocked, 1000, "a write");
      const unsent = [...session.stats().streams()].reduce((sum, stream) => sum + stream.unsent, 0);
      ok(unsent < 2 * MiB, `${unsent} bytes wait here`);
      t.record(
        "A stream that its application does not read stops the streams of the same worker (number mod 5), and after 50 frames the connection. Our writers wait, and writeStallTimeout ends the session; an application must read its streams.",
      );
    },
  },
  {
    name: "a reset before the reply stops a worker of a peer that does not wait for replies",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start({ mux: spdy({ signTimeout: 300, refusal: "reset" }) });
      let asked = 0;
      const listener = session.listen(() => {
        asked += 1;
        return { accept: asked > 1 };
      });
      await peer.open();
      const theirs = await Promise.all(Array.from({ length: 5 }, () => peer.open()));
      for (const _ of theirs) await writeSeeded(await nextOf(listener), 100, 1);
      const last = theirs.reduce((a, b) => ((a.number ?? 0) > (b.number ?? 0) ? a : b));
      await hangs(last.read(100), 500, "the stream of the same worker");
      t.record(
        'RST_STREAM ahead of SYN_REPLY stops the worker until somebody calls Wait. `refusal: "reply"`, the default, sends a reply first.',
      );
    },
  },
  {
    name: "headers that are added to a stream stop a worker of a peer that does not ask for them",
    originals: SPDYSTREAM,
    roles: ["client"],
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(hex(OPEN_1));
      await conn.write(hex("80030008 0000000e 00000001 6260606000000000ffff"));
      await conn.write(hex("00000001 00000001 61"));
      const theirs = await peer.accept();
      await hangs(theirs.read(1), 500, "what came behind the headers");
      t.record(
        "One HEADERS frame parks its worker until the application calls ReceiveHeader. We send none but those of a stream that there is not.",
      );
    },
  },
  ...(
    [
      ["an unknown type", "80030005 00000000"],
      ["a ping of number 0", "80030006 00000004 00000000"],
      ["a ping with a flag", "80030006 01000004 00000002"],
      ["a reset with status 0", "80030003 00000008 00000001 00000000"],
      ["settings that are not there", "80030004 00000004 00000009"],
    ] as const
  ).map(
    ([what, frame]): Case => ({
      name: `${what} ends the peer's session`,
      originals: SPDYSTREAM,
      roles: ["client"],
      run: async (t) => {
        const { conn, peer } = await t.raw();
        await conn.write(hex(frame));
        await within(peer.do("waitOver"), 3000, "the peer's session to end");
        t.record(
          `A frame with ${what} ends spdystream's read loop. We never send one: the sign is a setting, and extension frames are for our own ends.`,
        );
      },
    }),
  ),
  {
    name: "the sign and the ping behind it leave the peer as it was",
    originals: SPDYSTREAM,
    roles: ["client"],
    run: async (t) => {
      const { conn, peer } = await t.raw();
      await conn.write(hex("80030004 0000000c 00000001 00535452 00000001 80030006 00000004 00000001"));
      const answer = await within(conn.read(), 3000, "the answer");
      // Nothing but the answer, in three pieces of four bytes.
      ok(answer !== null && "800300060000000400000001".startsWith(Buffer.from(answer).toString("hex")));
      await conn.write(hex(OPEN_1));
      strictEqual((await within(peer.accept(), 3000, "a stream")).number, 1);
    },
  },
];
