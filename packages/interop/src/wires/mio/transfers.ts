// Bytes through mivinci/mio's frames and windows.

import { strictEqual as equal, ok } from "node:assert";
import { mio } from "mux-mio";
import type { Stream, StreamProvider } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho, weEcho } from "../../common/echo.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import type { PeerStream, Transfer } from "../../peer.js";
import { whole } from "../../whole.js";

const MiB = 1024 * 1024;
const WINDOW = 0xffffff;
const BULK = 20 * MiB;

export const transfers: readonly Case[] = [
  ...[1, 127, 128, 129, 256, 1024, 1025].map(
    (length): Case => ({
      name: `${length} bytes pass both ways on a stream of either`,
      run: async (t) => {
        const pair = await t.start();
        await theyEcho(t, pair, 1, length);
        await weEcho(t, pair, 1, length);
      },
    }),
  ),
  {
    name: "with ReadBufferLimit 65,536 at both ends frames are as large, and bulk passes both ways",
    run: async (t) => {
      const config = { readBufferLimit: 65_536, frameSizeLimit: 65_536 };
      const pair = await t.start({ config, mux: mio({ signTimeout: 100, readBufferLimit: 65_536 }) });
      await theyEcho(t, pair, 1, 4 * MiB);
      const sent = pair.session.stats().bytesOut - 4 * MiB;
      ok(sent < 4 * MiB * 0.01, `${sent} bytes were no payload`);
      await weEcho(t, pair, 1, 4 * MiB);
    },
  },
  {
    name: "with WindowSizeLimit 2,048 at the peer its 20 MiB come whole to a slow reader, and it waits meanwhile",
    run: async (t) => {
      const { session, peer } = await t.start({ config: { windowSizeLimit: 2048 } });
      const listener = session.listen();
      const theirs = await peer.open();
      const written = theirs.write(BULK, 1);
      const ours = await nextOf(listener);
      await slowlyRead(session, ours, theirs, written);
    },
  },
  {
    name: "with WindowSizeLimit 131,072 and FrameSizeLimit 1,000 at both ends the peer's 4 MiB come whole, and no more waits here than that",
    run: async (t) => {
      const limits = { windowSizeLimit: 131_072, frameSizeLimit: 1000 };
      const { session, peer } = await t.start({ config: limits, mux: mio({ signTimeout: 100, ...limits }) });
      const listener = session.listen();
      const theirs = await peer.open();
      const written = theirs.write(4 * MiB, 1, { piece: 50_000 });
      const ours = await nextOf(listener);
      equal(await stalled(session), 131_000, "bytes that wait");
      const read = readAll(ours);
      await finished(theirs, written, read, 4 * MiB);
    },
  },
  {
    name: "the peer forgets credit that is less than its next frame, and gets it again: 20 MiB come whole on a stream of ours",
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours = await session.newStream();
      const theirs = await peer.accept();
      await slowlyRead(session, ours, theirs, theirs.write(BULK, 1));
    },
  },
  {
    name: "the peer's reader takes its time: our 20 MiB wait for its credit, and come whole",
    run: async (t) => {
      const { session, peer } = await t.start();
      const ours = await session.newStream();
      const theirs = await peer.accept();
      const writing = writeSeeded(ours, BULK, 1).then(() => ours.close());
      await until(() => [...session.stats().streams()][0]?.sendCredit === 0);
      whole(await theirs.read(), seeded(1, BULK), "what the peer read");
      await writing;
    },
  },
];

/** Nothing is read until the peer has used up what it may send; then all of it is. */
async function slowlyRead(
  session: StreamProvider,
  ours: Stream,
  theirs: PeerStream,
  written: Promise<Transfer>,
): Promise<void> {
  const waits = await stalled(session);
  ok(waits > WINDOW - 65_536 && waits <= WINDOW, `${waits} bytes wait`);
  await finished(theirs, written, readAll(ours), BULK);
}

async function finished(
  theirs: PeerStream,
  written: Promise<Transfer>,
  read: Promise<Transfer>,
  length: number,
): Promise<void> {
  whole(await written, seeded(1, length), "what the peer wrote");
  await theirs.closeWrite();
  whole(await read, seeded(1, length), "what we read");
}

/** Bytes that wait for our reader when no more come. */
async function stalled(session: StreamProvider): Promise<number> {
  let waits = 0;
  for (let still = 0; still < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = [...session.stats().streams()][0]?.unread ?? 0;
    still = now > 0 && now === waits ? still + 1 : 0;
    waits = now;
  }
  return waits;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
