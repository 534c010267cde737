// Streams opened by either end, and by both at once: mivinci/mio counts ids on from whatever came last.

import { deepStrictEqual, strictEqual as equal, ok, rejects } from "node:assert";
import { isStreamsError, type Stream } from "streams-core";
import { echo, readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho } from "../../common/echo.js";
import { nextOf } from "../../common/link.js";
import type { Case, Pair } from "../../original.js";
import type { PeerStream } from "../../peer.js";
import { whole } from "../../whole.js";

const SIZE = 1000;
/** AcceptQueueLimit. */
const QUEUE = 32;

export const opens: readonly Case[] = [
  {
    name: "100 streams of ours, one after the other",
    run: async (t) => {
      const pair = await t.start();
      for (let i = 0; i < 100; i += 1) await theyEcho(t, pair, 1, SIZE);
    },
  },
  {
    name: "100 streams of the peer's, one after the other",
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      for (let i = 0; i < 100; i += 1) {
        const back = asked(await peer.open(), i);
        await echo(await nextOf(listener));
        await back;
      }
    },
  },
  {
    name: "both ends open 30 streams at once, ten times: no two get one id, and every byte comes to its own",
    run: async (t) => {
      const pair = await t.start();
      const numbers: number[] = [];
      for (let round = 0; round < 10; round += 1) numbers.push(...(await bothOpen(pair, 30)));
      equal(new Set(numbers).size, 600);
    },
  },
  {
    name: "the peer's ids go on from ours, and ours leave room for them",
    run: async (t) => {
      const { session, peer } = await t.start();
      const odd = t.role === "client" ? 1 : 0;
      const ours = await session.newStream();
      const theirs = await peer.accept();
      equal(theirs.number, Number(ours.id));
      const next = (await peer.open()).number ?? 0;
      equal(next, Number(ours.id) + 2);
      await nextOf(session.listen());
      const second = Number((await session.newStream()).id);
      deepStrictEqual([second % 2, second >= next + 4096], [odd, true]);
    },
  },
  {
    name: `of 50 streams of ours that nobody accepts ${QUEUE} are opened, the others refused, to be tried again`,
    run: async (t) => {
      const { session, peer } = await t.start();
      const streams: Stream[] = [];
      for (let i = 0; i < 50; i += 1) streams.push(await session.newStream());
      const refused = streams.slice(QUEUE).map((stream) => rejects(stream.read(), isRefusal));
      await Promise.all(refused);
      for (const stream of streams.slice(0, QUEUE)) await stream.close();
      for (let i = 0; i < QUEUE; i += 1) ok((await (await peer.accept()).read()).end);
      equal(session.stats().streamsOpen, QUEUE);
    },
  },
];

const isRefusal = (error: unknown): boolean => isStreamsError(error, "ERR_REFUSED") && error.retryable;

/** The peer writes, and reads the same back. */
async function asked(stream: PeerStream, seed: number): Promise<void> {
  whole(await stream.write(SIZE, seed), seeded(seed, SIZE), "what the peer wrote");
  await stream.closeWrite();
  whole(await stream.read(), seeded(seed, SIZE), `what the peer read on stream ${stream.number}`);
}

/** @returns the ids of all the streams */
async function bothOpen({ session, peer }: Pair, count: number): Promise<number[]> {
  const listener = session.listen();
  const each = <T>(run: (seed: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, seed) => run(seed)));
  const echoing = [
    each(async () => echo(await nextOf(listener))),
    each(async () => (await peer.accept()).echo()),
  ] as const;
  const ours = each(async (seed) => {
    const stream = await session.newStream();
    const back = readAll(stream);
    await writeSeeded(stream, SIZE, seed);
    await stream.close();
    whole(await back, seeded(seed, SIZE), `our stream ${stream.id}`);
    return Number(stream.id);
  });
  const theirs = each(async (seed) => {
    const stream = await peer.open();
    await asked(stream, seed);
    return stream.number ?? 0;
  });
  const numbers = [...(await ours), ...(await theirs)];
  await Promise.all(echoing);
  await listener.close();
  return numbers;
}
