// A soak: sessions one after the other, each with many streams at once, ended in every way that sessions end, and what stays behind.

import { type Backend, type Conn, over, type StreamProvider, type Transport } from "streams-core";
import { tcp } from "transport-tcp";
import { muxOf, type WireName } from "../broken/wires.js";
import { bytesInUse } from "../hostile/heap.js";
import { Random } from "../sim/random.js";
import type { Sample } from "./slope.js";
import { echoServer, exchange, newTally, type Tally } from "./traffic.js";

export interface SoakOptions {
  readonly wire: WireName;
  readonly seed: number;
  readonly streamsPerSession: number;
  /** Sessions, one after the other; or milliseconds, whichever is over first. */
  readonly sessions: number;
  readonly milliseconds: number;
  /** How often the heap is looked at. Default 40. */
  readonly samples?: number;
  /** Told of each sample as it is taken. */
  readonly onSample?: (sample: Sample, tally: Tally, sessions: number) => void;
}

export interface SoakReport {
  readonly tally: Tally;
  readonly sessions: number;
  readonly milliseconds: number;
  readonly samples: readonly Sample[];
  /** What keeps the process alive that did not before, by kind: `TCPSocketWrap +1`. Empty when nothing does. */
  readonly handles: readonly string[];
}

/** Streams of a session that are open at once. */
const AT_ONCE = 32;
const SAMPLES = 40;

/** How a session ends: it drains, or is closed or loses its connection with streams open. */
type Fate = "drain" | "close" | "break";

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const random = new Random(options.seed);
  const tally = newTally();
  const samples: Sample[] = [];
  const before = process.getActiveResourcesInfo();
  const started = performance.now();
  const { backend, breakLast } = breakable(options.wire);
  const server = await backend.serve(new URL("any://127.0.0.1:0"));
  const live = echoServer(server, tally);
  const elapsed = (): number => performance.now() - started;
  const progress = (): number => Math.max(elapsed() / options.milliseconds, sessions / options.sessions);
  let sessions = 0;
  let sampled = 0;
  while (progress() < 1) {
    const fate = fateOf(sessions);
    await oneSession(await backend.connect(server.url), random, options.streamsPerSession, fate, breakLast, tally);
    sessions += 1;
    if (progress() * (options.samples ?? SAMPLES) < sampled + 1) continue;
    sampled += 1;
    await until(() => live() === 0);
    const sample = { streams: tally.streams, bytes: await bytesInUse() };
    samples.push(sample);
    options.onSample?.(sample, tally, sessions);
  }
  await server.close();
  await until(() => live() === 0);
  const milliseconds = elapsed();
  let handles = more(before, process.getActiveResourcesInfo());
  // Sockets take a turn or some to close.
  for (let i = 0; i < 50 && handles.length > 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    handles = more(before, process.getActiveResourcesInfo());
  }
  return { tally, sessions, milliseconds, samples, handles };
}

async function oneSession(
  session: StreamProvider,
  random: Random,
  streams: number,
  fate: Fate,
  breakIt: () => void,
  tally: Tally,
): Promise<void> {
  let left = streams;
  let isEnded = false;
  const endAt = fate === "drain" ? -1 : random.below(streams);
  const worker = async (): Promise<void> => {
    while (left > 0 && !isEnded) {
      left -= 1;
      if (left === endAt) {
        isEnded = true;
        if (fate === "break") breakIt();
        else void session.close();
      }
      await exchange(session, random, tally, () => isEnded);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await session.shutdown().catch(() => {});
  await session.closed.catch(() => {});
}

/** Of ten sessions one is closed and one breaks. */
function fateOf(session: number): Fate {
  const turn = session % 10;
  return turn === 2 ? "close" : turn === 5 ? "break" : "drain";
}

/** The backend, and what breaks the connection that it dialled last. */
function breakable(wire: WireName): { backend: Backend; breakLast: () => void } {
  const below = tcp();
  let last: Conn | undefined;
  const dial: Transport["dial"] = async (url, o) => {
    last = await below.dial(url, o);
    return last;
  };
  return { backend: over(muxOf(wire), { ...below, dial }), breakLast: () => last?.reset() };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** What the second list has more of. */
function more(before: readonly string[], after: readonly string[]): string[] {
  const count = (list: readonly string[], kind: string): number => list.filter((one) => one === kind).length;
  return [...new Set(after)]
    .map((kind) => ({ kind, added: count(after, kind) - count(before, kind) }))
    .filter(({ added }) => added > 0)
    .map(({ kind, added }) => `${kind} +${added}`);
}
