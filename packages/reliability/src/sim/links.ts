// Links as they are found, and how they fail.

import type { Fate, Personality } from "./lane.js";
import type { Random } from "./random.js";

const KiB = 1024;

const LINKS: readonly [Personality, ...Personality[]] = [
  link({ name: "memory" }),
  link({ name: "crumbs", largest: 40, room: 2000 }),
  link({ name: "jitter", latency: [0.1, 20], largest: 1500 }),
  link({ name: "far", latency: [80, 90], largest: 64 * KiB, room: 256 * KiB }),
  link({ name: "narrow", latency: [1, 3], bandwidth: 200, room: 16 * KiB, largest: 1500 }),
  link({ name: "stalling", latency: [0.1, 1], stall: [0.05, 5000], largest: 20_000 }),
];

/** One of them, which now and then fails in one direction or in both. */
export function randomLink(random: Random): [there: Personality, back: Personality] {
  const base = random.pick(LINKS);
  if (random.chance(0.75)) return [base, base];
  const failing = (): Personality => ({ ...base, fate: randomFate(random) });
  const which = random.below(3);
  return [which === 1 ? base : failing(), which === 0 ? base : failing()];
}

/** A link of which only the special is said; for the rest it is as good as memory. */
export function link(special: Partial<Personality> & { readonly name: string }): Personality {
  const usual = {
    latency: [0, 0],
    bandwidth: Number.POSITIVE_INFINITY,
    largest: 256 * KiB,
    room: 64 * KiB,
    stall: [0, 0],
  } as const;
  return { ...usual, ...special };
}

function randomFate(random: Random): Fate {
  return {
    after: random.below(random.pick([60, 3000, 200_000])),
    how: random.pick(["end", "error", "silence"]),
  };
}
