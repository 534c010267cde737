// One stream of a soak: bytes of chance there and back, in a few pieces, whose hash must be the same.

import { createHash, randomFillSync } from "node:crypto";
import type { Server, Stream, StreamProvider } from "streams-core";
import { handled } from "streams-core/kit";
import type { Random } from "../sim/random.js";

export interface Tally {
  /** Streams that are over, whichever way. */
  streams: number;
  /** Streams that this end reset, or whose session was ended under them. */
  cut: number;
  /** Writes at both ends, each of which is a frame or more. */
  pieces: number;
  /** There and back. */
  bytes: number;
  /** Streams whose bytes were not those sent: all of them, or a first part where the stream was cut. */
  mismatches: number;
  /** What else went wrong, the first few. */
  readonly failures: string[];
}

const LARGEST = 256 * 1024;
const source = randomFillSync(new Uint8Array(4 * LARGEST));
const MOST_FAILURES = 10;

export function newTally(): Tally {
  return { streams: 0, cut: 0, pieces: 0, bytes: 0, mismatches: 0, failures: [] };
}

/** @param mayBeCut whether the session may end under the stream */
export async function exchange(
  session: StreamProvider,
  random: Random,
  tally: Tally,
  mayBeCut: () => boolean,
): Promise<void> {
  const size = sizeOf(random);
  const at = random.below(source.byteLength - size);
  const sent = source.subarray(at, at + size);
  const resetAfter = random.chance(0.02) ? random.below(size) : undefined;
  const got = createHash("sha256");
  let received = 0;
  let isCut = false;
  try {
    const stream = await session.newStream({ size: String(size) });
    const writing = handled(send(stream, sent, random.between(1, 9), tally));
    for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) {
      received += chunk.byteLength;
      got.update(chunk);
      if (resetAfter === undefined || received < resetAfter) continue;
      isCut = true;
      stream.reset();
      break;
    }
    await writing.catch((error) => {
      if (!isCut) throw error;
    });
    if (!isCut) await stream.closed;
  } catch (error) {
    if (mayBeCut()) isCut = true;
    else if (tally.failures.push(String(error)) > MOST_FAILURES) tally.failures.pop();
  }
  tally.streams += 1;
  tally.bytes += 2 * received;
  if (isCut) tally.cut += 1;
  const expected = createHash("sha256").update(isCut ? sent.subarray(0, received) : sent);
  if (got.digest("hex") !== expected.digest("hex")) tally.mismatches += 1;
}

/** Echoes every stream of every session. Returns how many sessions are not over yet. */
export function echoServer(server: Server<StreamProvider>, tally: Tally): () => number {
  let live = 0;
  void (async () => {
    for await (const session of server) {
      live += 1;
      const over = (): void => {
        live -= 1;
      };
      session.closed.then(over, over);
      handled(echoSession(session, tally));
    }
  })();
  return () => live;
}

async function echoSession(session: StreamProvider, tally: Tally): Promise<void> {
  for await (const stream of session.listen()) handled(echo(stream, tally));
}

async function echo(stream: Stream, tally: Tally): Promise<void> {
  for await (const chunk of stream) {
    tally.pieces += 1;
    await stream.write(chunk);
  }
  await stream.close();
}

async function send(stream: Stream, bytes: Uint8Array, pieces: number, tally: Tally): Promise<void> {
  const length = Math.ceil(bytes.byteLength / pieces);
  for (let at = 0; at < bytes.byteLength; at += length) {
    tally.pieces += 1;
    await stream.write(bytes.subarray(at, at + length));
    // What is written in one turn may leave as one frame.
    await new Promise(setImmediate);
  }
  await stream.close();
}

/** Mostly small, as many of some bytes as of some thousands; a few fill a window several times. */
function sizeOf(random: Random): number {
  return random.chance(0.03) ? random.between(1, LARGEST) : Math.floor(2 ** (13 * random.fraction()));
}
