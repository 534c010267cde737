// Streams between our end and a peer, opened by either.

import type { Listener, Stream, StreamProvider } from "streams-core";
import type { Pair, Trial } from "../original.js";
import type { PeerStream } from "../peer.js";

export interface Link {
  readonly ours: Stream;
  readonly theirs: PeerStream;
}

export const openOurs = (t: Trial, session: StreamProvider): Promise<Stream> =>
  session.newStream(t.original.ourHeaders);

export const openTheirs = (t: Trial, { peer }: Pair): Promise<PeerStream> => peer.open(t.original.openArgs);

/** The next stream of the peer's. */
export async function nextOf(listener: Listener): Promise<Stream> {
  const stream = await listener.accept();
  if (stream === null) throw new Error("The session ended before a stream came.");
  return stream;
}

/**
 * A stream of either opener with 5 bytes there and 5 bytes back: both ends know it, on every wire.
 * @param opener who opens it and writes first
 */
export async function linked(t: Trial, pair: Pair, opener: "us" | "peer"): Promise<Link> {
  if (opener === "us") {
    const accepting = pair.peer.accept();
    const ours = await openOurs(t, pair.session);
    await ours.write(Buffer.from("hello"));
    const theirs = await accepting;
    await exchanged(theirs.read(5));
    await exchanged(theirs.write(5, 5));
    await fiveOf(ours);
    return { ours, theirs };
  }
  const listener = pair.session.listen();
  // There are originals whose open waits for the accepter, and others whose open nobody sees before the first bytes.
  const [theirs, ours] = await Promise.all([openedWith5(t, pair), nextOf(listener)]);
  await fiveOf(ours);
  await ours.write(Buffer.from("hello"));
  await exchanged(theirs.read(5));
  await listener.close();
  return { ours, theirs };
}

async function openedWith5(t: Trial, pair: Pair): Promise<PeerStream> {
  const theirs = await openTheirs(t, pair);
  await exchanged(theirs.write(5, 5));
  return theirs;
}

async function exchanged(transfer: ReturnType<PeerStream["read"]>): Promise<void> {
  const { length, error } = await transfer;
  if (length !== 5) throw new Error(`The first 5 bytes did not pass: ${error?.message ?? `${length} did`}.`);
}

async function fiveOf(stream: Stream): Promise<void> {
  for (let length = 0; length < 5; ) {
    const chunk = await stream.read();
    if (chunk === null) throw new Error("The stream ended before the first 5 bytes.");
    length += chunk.byteLength;
  }
}
