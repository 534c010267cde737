// Coverage-guided fuzzing: inputs that reach code which none before them reached are kept, and mutated further.

import { Random } from "../sim/random.js";
import { Coverage } from "./coverage.js";
import type { Decoder } from "./decoders.js";
import { LARGEST_INPUT } from "./feed.js";
import { Broke, judge } from "./judge.js";
import { mutate } from "./mutate.js";

export interface Exploration {
  /** Inputs that were tried. */
  readonly inputs: number;
  /** Those that found new code, beyond the ones it began with. */
  readonly fresh: readonly Uint8Array[];
  /** Characters of the decoder's code that have run. */
  readonly covered: number;
  /** What broke the decoder, once for each message. */
  readonly broke: readonly Broke[];
}

/** Inputs between two looks at what has run: V8 walks the heap for a look, which takes as long as thousands of inputs. */
const BATCH = 1024;

/** Goes on until `more`, which is told how many inputs were tried and how many of them broke it, says no. */
export async function explore(
  decoder: Decoder,
  corpus: readonly Uint8Array[],
  seed: number,
  more: (inputs: number, broke: number) => boolean,
): Promise<Exploration> {
  const random = new Random(seed);
  const buffer = new Uint8Array(LARGEST_INPUT);
  const known = [...corpus, ...(await decoder.samples())];
  const fresh: Uint8Array[] = [];
  const broke = new Map<string, Broke>();
  const attempt = (input: Uint8Array): void => {
    try {
      judge(decoder, input);
    } catch (error) {
      if (!(error instanceof Broke)) throw error;
      const kind = String(error.cause);
      if (!broke.has(kind)) broke.set(kind, error);
    }
  };
  const next = (): Uint8Array => {
    if (random.chance(0.1)) return buffer.slice(0, decoder.make(random, buffer));
    const input = known[random.below(known.length)] ?? buffer;
    return mutate(random, input, known[random.below(known.length)] ?? input, LARGEST_INPUT);
  };
  const coverage = new Coverage(decoder.code);
  /** Tries them, and finds by halving those that reach new code. */
  const narrow = (batch: readonly Uint8Array[]): void => {
    for (const input of batch) attempt(input);
    const [only] = batch;
    if (only === undefined || coverage.look(batch.length > 1) === 0) return;
    if (batch.length === 1) {
      known.push(only);
      fresh.push(only);
      return;
    }
    narrow(batch.slice(0, batch.length >> 1));
    narrow(batch.slice(batch.length >> 1));
  };
  let inputs = 0;
  for (const input of known) attempt(input);
  coverage.look();
  while (more(inputs, broke.size)) {
    const batch = Array.from({ length: BATCH }, next);
    inputs += batch.length;
    narrow(batch);
  }
  return { inputs, fresh, covered: coverage.size, broke: [...broke.values()] };
}
