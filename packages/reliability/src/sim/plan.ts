// What a seed stands for: the link, the limits, how the applications behave, and how it all ends.

import type { SessionOptions } from "mux-engine";
import type { Personality } from "./lane.js";
import { randomLink } from "./links.js";
import type { Random } from "./random.js";

export interface Plan {
  readonly options: SessionOptions;
  readonly there: Personality;
  readonly back: Personality;
  /** Bytes taken out of a session at a time. */
  readonly batch: number;
  /** Rounds, and operations in each of them. */
  readonly rounds: number;
  readonly operations: number;
  /** What happens to the session in the middle of it all. */
  readonly ending: "finish" | "shutdown" | "close";
}

const KiB = 1024;

export function planOf(random: Random, rounds: number | undefined): Plan {
  const [there, back] = randomLink(random);
  return {
    options: {
      initialWindow: random.pick([16 * KiB, 16 * KiB, 64 * KiB]),
      maxFrame: random.pick([16 * KiB, 64 * KiB]),
      maxWindow: random.pick([64 * KiB, 1024 * KiB]),
      growthBudget: random.pick([1, 100_000, 1024 * KiB]),
      acceptBacklog: random.pick([2, 128]),
      maxInboundStreams: random.pick([4, 1000]),
    },
    there,
    back,
    batch: random.pick([1, 4000, 256 * KiB]),
    rounds: rounds ?? random.between(3, 30),
    operations: random.between(1, 6),
    ending: random.pick(["finish", "finish", "finish", "shutdown", "close"]),
  };
}

/** Whether streams may be refused because a limit of the plan is small. */
export function isTight({ options }: Plan): boolean {
  return options.acceptBacklog === 2 || options.maxInboundStreams === 4;
}
