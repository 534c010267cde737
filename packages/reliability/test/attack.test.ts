// That the attack program attacks, and that a sibling session is served meanwhile. How fast, the program itself tells: times are not
// for tests.

import { describe, expect, test } from "vitest";
import { FLOODS } from "../src/attack/floods.js";
import { quantile, runAttack } from "../src/attack/run.js";

/** What the server ends the attackers' sessions with. Who only opens streams, or sends slowly, has done nothing that ends a session. */
const ENDS: Readonly<Record<string, string | undefined>> = {
  "open-reset": "ERR_CALM",
  pings: "ERR_CALM",
  "empty data frames": "ERR_CALM",
  "zero credits": "ERR_CALM",
};

describe("native", () => {
  test.each(FLOODS)(
    "a sibling of an attacker with $name is served all the while",
    async (flood) => {
      const { attacker, attacked, quiet, ends } = await runAttack(flood, {
        milliseconds: 200,
        rounds: 1,
        compare: false,
      });
      expect(attacker.connections).toBeGreaterThan(0);
      expect(attacker.bytes).toBeGreaterThan(0);
      // Each is an echo that came back whole.
      expect(quiet.length).toBeGreaterThan(0);
      expect(attacked.length).toBeGreaterThan(0);
      expect(ends).not.toHaveProperty("MaxListenersExceededWarning");
      const end = ENDS[flood.name];
      if (end !== undefined) expect(ends[end]).toBeGreaterThan(0);
    },
    30_000,
  );
});

test("a quantile is the value that so many lie below", () => {
  const values = Array.from({ length: 100 }, (_, i) => 99 - i);
  expect(quantile(values, 0.5)).toBe(50);
  expect(quantile(values, 0.99)).toBe(99);
  expect(quantile([], 0.5)).toBeNaN();
});
