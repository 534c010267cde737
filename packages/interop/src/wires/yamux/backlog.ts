// Streams that nobody accepts: the originals count them, and a session may be lost over them.

import { rejects, strictEqual } from "node:assert";
import { yamux } from "mux-yamux";
import type { Stream, StreamProvider } from "streams-core";
import { echo, readAll, seeded, writeSeeded } from "../../bytes.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import type { Peer, PeerStream } from "../../peer.js";
import { whole } from "../../whole.js";
import { within } from "../../within.js";

/** AcceptBacklog of both originals. */
const BACKLOG = 256;
const OPENED = 300;
const SIZE = 1000;

export const backlog: readonly Case[] = [
  {
    name: `${OPENED} streams of ours that nobody accepts: ${BACKLOG} are opened, the rest wait, and all are served in the end`,
    run: async (t) => {
      const { session, peer } = await t.start();
      const streams = await openAll(session);
      const read = streams.map((stream) => readAll(stream));
      // A ping overtakes what waits to be sent.
      for (let tries = 0; tries < 100 && (await peer.do("streams")) !== BACKLOG; tries += 1) await session.ping();
      await session.ping();
      // Its own count of those open tells that it reset none, and was not sent more than it has room for.
      strictEqual(await peer.do("streams"), BACKLOG);
      await Promise.all([echoAll(peer), ...streams.map((stream, seed) => send(stream, seed))]);
      for (const [seed, back] of read.entries()) whole(await back, seeded(seed, SIZE), `stream ${seed}`);
    },
  },
  {
    name: `${OPENED} streams of the peer's that nobody accepts: ${BACKLOG} wait, the rest are reset, and the session goes on`,
    run: async (t) => {
      const { session, peer } = await t.start();
      const theirs = await Promise.all(Array.from({ length: OPENED }, () => peer.open()));
      await peer.ping();
      strictEqual(session.stats().streamsOpen, BACKLOG);
      const listener = session.listen();
      const serving = (async () => {
        for (let i = 0; i < BACKLOG; i += 1) await echo(await nextOf(listener));
      })();
      const served = await Promise.all(theirs.map((stream, seed) => asked(stream, seed)));
      await serving;
      strictEqual(served.filter((one) => one).length, BACKLOG, "streams that were served");
    },
  },
  {
    name: "an accepter of ours that is slower than StreamOpenTimeout does not cost the session",
    originals: ["hashicorp/yamux"],
    run: async (t) => {
      const { session, peer } = await t.start({ config: { streamOpenTimeoutMs: 1000 } });
      const theirs = await peer.open();
      const back = theirs.read();
      await theirs.write(SIZE, 1);
      await theirs.closeWrite();
      const over = peer.do("waitOver");
      await rejects(within(over, 2500, "the session to end"), /in vain/);
      await echo(await nextOf(session.listen()));
      whole(await back, seeded(1, SIZE), "what came back late");
    },
  },
  {
    name: "an accepter of ours that never decides is found out by nobody, and a refusal after all is a reset",
    run: async (t) => {
      const { session, peer } = await t.start({ config: { streamOpenTimeoutMs: 1000 } });
      let decide = (_: { accept: false }): void => {};
      const decision = new Promise<{ accept: false }>((resolve) => {
        decide = resolve;
      });
      const listener = session.listen(() => decision);
      const theirs = await peer.open();
      const seen = theirs.read();
      await rejects(within(peer.do("waitOver"), 1500, "the session to end"), /in vain/);
      decide({ accept: false });
      strictEqual((await seen).end, false);
      strictEqual((await seen).error === undefined, false, "a refusal that is seen");
      await listener.close();
      await peer.ping();
    },
  },
  {
    name: "a stream of ours that finds the peer's backlog full is refused, and may be opened again",
    run: async (t) => {
      // It takes fewer than we think it does.
      const { session, peer } = await t.start({ config: { acceptBacklog: 2 } });
      const streams = await Promise.all([session.newStream(), session.newStream(), session.newStream()]);
      await rejects(streams[2].opened, { code: "ERR_REFUSED", retryable: true });
      const echoing = peer.accept().then((stream) => stream.echo());
      await streams[0].close();
      await echoing;
      await streams[0].closed;
    },
  },
  {
    name: "with fewer in the backlog at both ends, none is reset",
    run: async (t) => {
      const mux = yamux({ acceptBacklog: 2 });
      const { session, peer } = await t.start({ config: { acceptBacklog: 2 }, mux });
      const streams = await openAll(session, 20);
      const read = streams.map((stream) => readAll(stream));
      await Promise.all([echoAll(peer, 20), ...streams.map((stream, seed) => send(stream, seed))]);
      for (const [seed, back] of read.entries()) whole(await back, seeded(seed, SIZE), `stream ${seed}`);
    },
  },
];

function openAll(session: StreamProvider, count: number = OPENED): Promise<Stream[]> {
  return Promise.all(Array.from({ length: count }, () => session.newStream()));
}

async function send(stream: Stream, seed: number): Promise<void> {
  await writeSeeded(stream, SIZE, seed);
  await stream.close();
}

async function echoAll(peer: Peer, count: number = OPENED): Promise<void> {
  await Promise.all(Array.from({ length: count }, async () => (await peer.accept()).echo()));
}

/** Whether what the peer sends comes back. */
async function asked(stream: PeerStream, seed: number): Promise<boolean> {
  const back = stream.read();
  await stream.write(SIZE, seed);
  // An original does not end a stream that was reset.
  await stream.closeWrite().catch(() => {});
  const { error } = await back;
  if (error === undefined) whole(await back, seeded(seed, SIZE), `stream ${seed}`);
  return error === undefined;
}
