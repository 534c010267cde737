// Runs of the simulator: thousands of seeds, each a random link, random limits and two random applications, judged by the model.
// A seed that fails here is replayed by `node packages/reliability/dist/sim/main.js --seed N --trace`.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULTS, tampered } from "../src/sim/faults.js";
import { type RunOptions, simulate, type Verdict } from "../src/sim/simulate.js";
import { WIRES } from "../src/sim/wires.js";

const FIRST = Number(process.env.SIM_FROM ?? 1);
const SEEDS = Number(process.env.SIM_SEEDS ?? 10_000);

// The stacks of the many errors that belong to a run cost as much as the run.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Runs the seeds, none of which may fail. */
async function runAll(from: number, count: number, options: RunOptions): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const verdict = await simulate(seed, options);
    if (verdict.fault !== undefined) throw new Error(`Seed ${seed} fails: ${verdict.fault}`);
    verdicts.push(verdict);
  }
  return verdicts;
}

function sum(verdicts: readonly Verdict[], key: "operations" | "sent" | "delivered" | "dropped"): number {
  return verdicts.reduce((total, verdict) => total + verdict[key], 0);
}

for (const [name, wire] of Object.entries(WIRES)) {
  // The wires of others share the engine with native: what is left to chance there is their codec.
  const seeds = name === "native" ? SEEDS : Math.ceil(SEEDS / 5);
  describe(name, () => {
    test("row 42: 100,000 random operations on few sessions equal the model", { timeout: 60_000 }, async () => {
      const verdicts = await runAll(1, 40, { wire, rounds: 1000 });
      expect(sum(verdicts, "operations")).toBeGreaterThan(100_000);
      expect(sum(verdicts, "sent")).toBe(sum(verdicts, "delivered") + sum(verdicts, "dropped"));
      expect(sum(verdicts, "delivered")).toBeGreaterThan(10_000_000);
    });

    test(`row 42: ${seeds} seeds equal the model, whatever the link does`, {
      timeout: 60_000 + seeds * 12,
    }, async () => {
      const verdicts = await runAll(FIRST, seeds, { wire });
      expect(sum(verdicts, "operations")).toBeGreaterThan(seeds * 30);
      expect(sum(verdicts, "delivered")).toBeGreaterThan(seeds * 30_000);
    });

    test("a seed always does the same, whether it is traced or not", async () => {
      const first = await runAll(FIRST, 50, { wire });
      const again = await runAll(FIRST, 50, { wire, trace: true });
      expect(again.map(({ hash }) => hash)).toEqual(first.map(({ hash }) => hash));
      expect(new Set(first.map(({ hash }) => hash)).size).toBe(50);
    });

    test.for(Object.entries(FAULTS))("the judge sees a wire that %s", async ([, fault]) => {
      const faults = new Set<string>();
      for (let seed = 1; seed <= 400 && faults.size <= 2; seed += 1) {
        // Where windows are large, credit is rare: long runs have some.
        const longer = seed > 60 ? { rounds: 300 } : {};
        const verdict = await simulate(seed, { wire: tampered(wire, fault), ...longer });
        if (verdict.fault !== undefined) faults.add(verdict.fault);
      }
      expect(faults.size).toBeGreaterThan(2);
    });
  });
}
