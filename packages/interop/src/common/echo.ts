// Both ends send each other the same bytes at once, on a stream of either.

import { strictEqual as equal } from "node:assert";
import type { Stream } from "streams-core";
import { echo, readAll, seeded, writeSeeded } from "../bytes.js";
import type { Pair, Trial } from "../original.js";
import { whole } from "../whole.js";
import type { CommonCase } from "./common-case.js";
import { nextOf, openOurs, openTheirs } from "./link.js";

/** One byte, one more than usual windows and frames hold, and many windows. */
const SIZES = { "1 B": 1, "64 KiB + 1": 64 * 1024 + 1, "16 MiB": 16 * 1024 * 1024 };
const STREAMS = 50;
const EACH = 100_001;

export const echoes: readonly CommonCase[] = [
  ...Object.entries(SIZES).flatMap(([size, length]): CommonCase[] => [
    {
      name: `the peer echoes ${size} on a stream of ours`,
      opener: "us",
      run: async (t) => theyEcho(t, await t.start(), 1, length),
    },
    {
      name: `we echo ${size} on a stream of the peer's`,
      opener: "peer",
      run: async (t) => weEcho(t, await t.start(), 1, length),
    },
  ]),
  {
    name: "many streams of ours at once are echoed whole",
    opener: "us",
    run: async (t) => theyEcho(t, await t.start(), t.original.backlog ?? STREAMS, EACH),
  },
  {
    name: "many streams of the peer's at once are echoed whole",
    opener: "peer",
    run: async (t) => weEcho(t, await t.start(), STREAMS, EACH),
  },
];

/** We open `count` streams at once, and what we send comes back. */
export async function theyEcho(t: Trial, { session, peer }: Pair, count: number, length: number): Promise<void> {
  const agreed = agreedLength(t, length);
  const echoing = each(count, async () => {
    const stream = await peer.accept();
    const echoed = await stream.echo(agreed);
    if (agreed !== undefined) await stream.close();
    return echoed;
  });
  const sending = each(count, async (seed) => {
    const stream = await openOurs(t, session);
    const back = readAll(stream, agreed);
    await writeSeeded(stream, length, seed);
    if (agreed !== undefined) await back;
    await stream.close();
    whole(await back, seeded(seed, length), `what came back on stream ${seed}`);
    await ended(stream, agreed);
  });
  await Promise.all([sending, echoing]);
  const read = (await echoing).map(({ sha256 }) => sha256).sort();
  const sent = Array.from({ length: count }, (_, seed) => seeded(seed, length).sha256).sort();
  if (read.join() !== sent.join()) throw new Error("What the peer read is not what we sent.");
}

/** The peer opens `count` streams at once, and what it sends comes back. */
export async function weEcho(t: Trial, pair: Pair, count: number, length: number): Promise<void> {
  const agreed = agreedLength(t, length);
  const listener = pair.session.listen();
  const echoing = each(count, async () => {
    const stream = await nextOf(listener);
    await echo(stream);
    await stream.closed;
  });
  const sending = each(count, async (seed) => {
    const stream = await openTheirs(t, pair);
    const back = stream.read(agreed);
    whole(await stream.write(length, seed), seeded(seed, length), `what the peer wrote on stream ${seed}`);
    if (agreed === undefined) await stream.closeWrite();
    else await back.then(() => stream.close());
    whole(await back, seeded(seed, length), `what the peer read back on stream ${seed}`);
  });
  await Promise.all([sending, echoing]);
  await listener.close();
}

/** Where an end would be that of both directions, both know how much is sent. */
const agreedLength = ({ original }: Trial, length: number): number | undefined =>
  original.halfClose === false ? length : undefined;

/** Reads the end where it was not read yet, so that both directions are over. */
async function ended(stream: Stream, agreed: number | undefined): Promise<void> {
  if (agreed !== undefined) equal((await readAll(stream)).length, 0, "there came more than was sent");
  await stream.closed;
}

const each = <T>(count: number, run: (seed: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, seed) => run(seed)));
