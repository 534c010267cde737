// What the simulator shows of the framed wires, shown of the others through their public face: nothing but the schedule is theirs.

import { isStreamsError, type Mux, memoryPair, type Stream, type StreamProvider } from "streams-core";
import { describe, expect, test } from "vitest";
import { muxOf, type WireName } from "../src/broken/wires.js";
import { Random } from "../src/sim/random.js";

const OPERATIONS = 3000;
const LARGEST = 40_000;
const wires: readonly WireName[] = ["http2", "ssh"];

/** What one end of a stream wrote and read. The bytes say which stream, which end and which place they are of. */
class End {
  written = 0;
  read = 0;
  over = false;
  /** Whether nothing was wrong with the bytes, and how they ended: `null`, or the code of an error. */
  wrong = false;
  ending: string | null | undefined;
  readonly #stream: Stream;
  readonly #mark: number;

  constructor(stream: Stream, number: number, opener: boolean) {
    this.#stream = stream;
    this.#mark = 2 * number + (opener ? 1 : 0);
  }

  write(size: number): void {
    const bytes = Uint8Array.from({ length: size }, (_, i) => byteOf(this.#mark, this.written + i));
    this.written += size;
    this.#stream.write(bytes).catch(() => {});
  }

  close(): void {
    this.over = true;
    this.#stream.close().catch(() => {});
  }

  reset(): void {
    this.over = true;
    this.#stream.reset(7);
  }

  async readAll(random: Random): Promise<void> {
    try {
      for await (const chunk of this.#stream) {
        this.wrong ||= chunk.some((byte, i) => byte !== byteOf(this.#mark ^ 1, this.read + i));
        this.read += chunk.byteLength;
        if (random.chance(0.2)) await new Promise((resolve) => setTimeout(resolve, random.below(4)));
      }
      this.ending = null;
    } catch (error) {
      if (!isStreamsError(error)) throw error;
      this.ending = error.code;
    }
  }
}

function byteOf(mark: number, place: number): number {
  return (Math.imul(mark + 1, 0x9e3779b1) + Math.imul(place, 31) + (place >>> 8)) & 255;
}

/** A stream at both of its ends; the other end is there once it was accepted. */
interface Both {
  readonly near: End;
  far?: End;
  reset: boolean;
}

async function play(mux: Mux, seed: number): Promise<Both[]> {
  const random = new Random(seed);
  const [a, b] = memoryPair();
  const sessions: [StreamProvider, StreamProvider] = [mux(a, "client"), mux(b, "server")];
  await Promise.all(sessions.map((session) => session.ready));
  const all: Both[] = [];
  const readers: Promise<void>[] = [];
  const accepting = sessions.map(async (session) => {
    for await (const stream of session.listen()) {
      const number = Number(stream.headers.get("n"));
      const both = all[number];
      if (both === undefined) throw new Error(`Stream ${number} was never opened.`);
      both.far = new End(stream, number, false);
      readers.push(both.far.readAll(random));
    }
  });
  for (let i = 0; i < OPERATIONS; i += 1) {
    const live = all.filter(({ near, far }) => !(near.over && (far?.over ?? true)));
    const both = live[random.below(live.length)];
    if (both === undefined || (live.length < 20 && random.chance(0.1))) {
      const stream = await random.pick(sessions).newStream({ n: String(all.length) });
      const near = new End(stream, all.length, true);
      all.push({ near, reset: false });
      readers.push(near.readAll(random));
    } else {
      const end = both.far !== undefined && random.chance(0.5) ? both.far : both.near;
      if (end.over) continue;
      if (random.chance(0.85)) end.write(random.between(1, random.chance(0.1) ? LARGEST : 300));
      else if (random.chance(0.8)) end.close();
      else {
        both.reset = true;
        end.reset();
      }
    }
    if (random.chance(0.3)) await new Promise((resolve) => setImmediate(resolve));
  }
  while (all.some(({ far, reset }) => far === undefined && !reset))
    await new Promise((resolve) => setImmediate(resolve));
  for (const { near, far } of all) for (const end of [near, far]) if (end?.over === false) end.close();
  await Promise.all(readers);
  expect(sessions.map((session) => session.stats().streamsOpen)).toEqual([0, 0]);
  await Promise.all(sessions.map((session) => session.close()));
  await Promise.all(accepting);
  await Promise.all(readers);
  return all;
}

describe.each(wires)("%s", (wire) => {
  test(`row 42: ${OPERATIONS} random operations from each of three seeds equal the model`, async () => {
    for (const seed of [1, 2, 3]) {
      const all = await play(muxOf(wire), seed);
      expect(all.length).toBeGreaterThan(100);
      expect(all.some(({ reset }) => reset)).toBe(true);
      for (const [number, { near, far, reset }] of all.entries()) {
        const what = `seed ${seed}, stream ${number}`;
        expect(near.wrong || far?.wrong, what).not.toBe(true);
        if (reset) {
          expect(far?.read ?? 0, what).toBeLessThanOrEqual(near.written);
          expect(near.read, what).toBeLessThanOrEqual(far?.written ?? 0);
          for (const end of [near, far]) if (end !== undefined) expect([null, "ERR_RESET"], what).toContain(end.ending);
          // A clean end is only where everything arrived.
          if (far?.ending === null) expect(far.read, what).toBe(near.written);
          if (near.ending === null) expect(near.read, what).toBe(far?.written);
        } else {
          expect([near.read, far?.read, near.ending, far?.ending], what).toEqual([
            far?.written,
            near.written,
            null,
            null,
          ]);
        }
      }
    }
  }, 60_000);
});
