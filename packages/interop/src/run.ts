// Runs tries, some at once, and says what came of each.

import { Unavailable } from "./go.js";
import { grouped } from "./grouped.js";
import type { Try } from "./plan.js";
import { OneTrial } from "./trial.js";
import { within } from "./within.js";

export type Result = "passed" | "failed" | "recorded" | "not applicable" | "unavailable";

export interface Outcome {
  readonly try: Try;
  readonly result: Result;
  /** Why it failed or could not run, what is recorded, or why it does not apply. */
  readonly note: string;
  readonly milliseconds: number;
}

const LIMIT = 30_000;
/** Most cases wait most of the time: for the other process, or for an original to have said nothing. */
const AT_ONCE = 6;

export interface Watcher {
  started?(one: Try): void;
  ended?(outcome: Outcome): void;
}

/** Runs all of them, some at once. What came of them is in their order. */
export async function runAll(tries: readonly Try[], { started, ended }: Watcher = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = inTurn(tries).values();
  const worker = async (): Promise<void> => {
    for (const [at, one] of waiting) {
      started?.(one);
      const outcome = await runOne(one);
      outcomes[at] = outcome;
      ended?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

/** One of each original after another, so that those that wait run beside those that work. */
function inTurn(tries: readonly Try[]): [number, Try][] {
  const groups = [...grouped(tries.entries(), ([, { wire, original }]) => `${wire} ${original.name}`).values()];
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => groups.flatMap((group) => group.slice(turn, turn + 1))).flat();
}

/** Runs again, alone, what failed among others. */
export async function runFailedAgain(outcomes: readonly Outcome[]): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const outcome of outcomes) all.push(outcome.result === "failed" ? await runOne(outcome.try) : outcome);
  return all;
}

export async function runOne(one: Try): Promise<Outcome> {
  if (one.except !== undefined) return { try: one, result: "not applicable", note: one.except, milliseconds: 0 };
  const began = performance.now();
  const trial = new OneTrial(one.original, one.role);
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  const limit = one.case.limit ?? LIMIT;
  const running = one.case.run(trial);
  // What still runs when its time is over fails when its peer is gone.
  running.catch(() => {});
  await within(running, limit, "the case to end").catch(failed);
  await trial.end().catch(failed);
  const milliseconds = performance.now() - began;
  const absent = failures.find((error) => error instanceof Unavailable);
  if (absent !== undefined) return { try: one, result: "unavailable", note: absent.message, milliseconds };
  if (failures.length > 0) return { try: one, result: "failed", note: failures.map(told).join("\n"), milliseconds };
  const { recorded } = trial;
  return { try: one, result: recorded === undefined ? "passed" : "recorded", note: recorded ?? "", milliseconds };
}

const told = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
