// The ways in which dmcgowan/streams uses spdystream, which this project's contract comes from: each opening is answered at once and then
// holds its worker until somebody accepts the stream. Its own tests reset, count headers, and write pieces that grow by a byte.

import { rejects, strictEqual } from "node:assert";
import { isStreamsError } from "streams-core";
import { readAll } from "../../bytes.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { saw } from "../../whole.js";

const STREAMS = 11;
const LARGEST_PIECE = 253;
const GOODBYE = Buffer.from("goodbye");
const config = { handler: "block" };
const pieceOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const pieces = hex(Buffer.concat(Array.from({ length: LARGEST_PIECE }, (_, i) => pieceOf(i + 1))));

const originals = ["moby/spdystream", "docker/spdystream"];

export const streams: readonly Case[] = [
  {
    name: "as dmcgowan/streams: the accepter resets, and the opener sees it",
    originals,
    run: async (t) => {
      const { session, peer } = await t.start({ config });
      const ours = await session.newStream();
      await (await peer.accept()).reset();
      await rejects(ours.read(), (error) => isStreamsError(error, "ERR_RESET"));
      const listener = session.listen();
      const theirs = await peer.open();
      (await nextOf(listener)).reset();
      saw(await theirs.read(), "end", "our reset");
    },
  },
  {
    name: `as dmcgowan/streams: ${STREAMS} streams one after the other, counted in their headers, end empty`,
    originals,
    run: async (t) => {
      const { session, peer } = await t.start({ config });
      const listener = session.listen();
      for (let i = 0; i < STREAMS; i += 1) {
        const counted = { "test-header-origin": "client", counter: `value-${i}` };
        const ours = await session.newStream(counted);
        const there = await peer.accept();
        strictEqual(there.headers["Test-Header-Origin"], "client");
        strictEqual(there.headers.Counter, `value-${i}`);
        await there.closeWrite();
        strictEqual(await ours.read(), null);
        await ours.close();
        await ours.closed;

        const headers = Object.fromEntries(Object.entries(counted).map(([name, value]) => [name, [value]]));
        const theirs = await peer.open({ headers });
        const here = await nextOf(listener);
        strictEqual(here.headers.get("counter"), `value-${i}`);
        await here.close();
        saw(await theirs.read(1), "end", "our end");
        await theirs.closeWrite();
        await here.closed;
      }
    },
  },
  {
    name: `as dmcgowan/streams: pieces of 1 to ${LARGEST_PIECE} bytes, a half-close, and a goodbye`,
    originals,
    run: async (t) => {
      const { session, peer } = await t.start({ config });
      const ours = await session.newStream();
      const there = await peer.accept();
      for (let length = 1; length <= LARGEST_PIECE; length += 1) await ours.write(pieceOf(length));
      await ours.close();
      const read = await there.read();
      strictEqual(read.length, pieces.length / 2);
      await there.writeHex(hex(GOODBYE));
      await there.closeWrite();
      strictEqual((await readAll(ours)).head, hex(GOODBYE));

      const listener = session.listen();
      const theirs = await peer.open();
      const here = await nextOf(listener);
      for (let length = 1; length <= LARGEST_PIECE; length += 1) await theirs.writeHex(hex(pieceOf(length)));
      await theirs.closeWrite();
      const chunks: Uint8Array[] = [];
      for await (const chunk of here) chunks.push(chunk);
      strictEqual(hex(Buffer.concat(chunks)), pieces);
      await here.write(GOODBYE);
      await here.close();
      strictEqual((await theirs.read()).head, hex(GOODBYE));
    },
  },
];
