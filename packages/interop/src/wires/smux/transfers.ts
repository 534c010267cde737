// What passes whole where both ends know how much there is: no end is needed for it, so it holds for every version of the original.

import { strictEqual as equal } from "node:assert";
import type { Stream } from "streams-core";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { type Link, linked, nextOf, openTheirs } from "../../common/link.js";
import type { Case } from "../../original.js";
import type { PeerStream } from "../../peer.js";
import { whole } from "../../whole.js";

const SIZES = { "1 B": 1, "64 KiB + 1": 64 * 1024 + 1, "16 MiB": 16 * 1024 * 1024 };
const STREAMS = 20;
const EACH = 200_001;
const FIRST = 200;

/** Both send each other so many bytes at once, and stop there. */
export async function exchange({ ours, theirs }: Link, length: number, seed = 1): Promise<void> {
  const [came] = await Promise.all([
    readAll(ours, length),
    theirs.read(length).then((read) => whole(read, seeded(seed, length), "what we sent")),
    theirs.write(length, seed + 1000).then((sent) => whole(sent, seeded(seed + 1000, length), "what the peer wrote")),
    writeSeeded(ours, length, seed),
  ]);
  whole(came, seeded(seed + 1000, length), "what the peer sent");
}

/** Ends it, the original first: before 1.5.54 its Close is the only end that it has. */
export async function finish({ ours, theirs }: Link): Promise<void> {
  await theirs.close();
  equal((await readAll(ours)).end, true);
  await ours.close();
  await ours.closed;
}

export const transfers: readonly Case[] = [
  ...(["us", "peer"] as const).flatMap((opener) =>
    Object.entries(SIZES).map(
      ([size, length]): Case => ({
        name: `${size} both ways at once on a stream of ${opener === "us" ? "ours" : "the peer's"}`,
        async run(t) {
          const link = await linked(t, await t.start(), opener);
          await exchange(link, length);
          await finish(link);
        },
      }),
    ),
  ),
  {
    name: `${STREAMS} streams of both openers carry their bytes at once`,
    async run(t) {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const [opened, accepted] = [await each(() => session.newStream()), each(() => peer.accept())];
      const [theirs, arrived] = [await each(() => peer.open()), await each(() => nextOf(listener))];
      const links = [...pairUp(opened, await accepted), ...pairUp(arrived, theirs)];
      await Promise.all(links.map((link, i) => exchange(link, EACH, i)));
      await Promise.all(links.map(finish));
      equal(session.stats().streamsOpen, 0);
      equal(await peer.do("count"), 0);
    },
  },
  {
    name: "the ids are those of the original: 3, 5, 7 for a client, 2, 4, 6 for a server",
    async run(t) {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const [ours, theirs] = t.role === "client" ? ["3,5,7", "2,4,6"] : ["2,4,6", "3,5,7"];
      const opened: string[] = [];
      for (let i = 0; i < 3; i += 1) {
        opened.push((await session.newStream()).id);
        await peer.open();
      }
      equal(opened.join(), ours);
      const arrived = [await nextOf(listener), await nextOf(listener), await nextOf(listener)];
      equal(arrived.map(({ id }) => id).join(), theirs);
      const accepted = [await peer.accept(), await peer.accept(), await peer.accept()];
      equal(accepted.map(({ number }) => number).join(), ours);
    },
  },
  {
    name: `${FIRST} streams of the peer's, on each of which we speak first`,
    async run(t) {
      const pair = await t.start();
      const listener = pair.session.listen();
      // The original misses what comes on a stream before its OpenStream has returned.
      const speaking = (async () => {
        for (let i = 0; i < FIRST; i += 1) await (await nextOf(listener)).write(Buffer.from("hello"));
      })();
      const opening = Array.from({ length: FIRST }, async () => (await openTheirs(t, pair)).read(5));
      for (const { head } of await Promise.all(opening)) equal(Buffer.from(head, "hex").toString(), "hello");
      await speaking;
    },
  },
];

const each = <T>(start: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: STREAMS }, start));

/** The ends of the same streams. */
function pairUp(ours: readonly Stream[], theirs: readonly PeerStream[]): Link[] {
  return ours.map((stream) => {
    const other = theirs.find(({ number }) => String(number) === stream.id);
    if (other === undefined) throw new Error(`The peer has no stream ${stream.id}.`);
    return { ours: stream, theirs: other };
  });
}
