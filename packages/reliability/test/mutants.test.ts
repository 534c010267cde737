// The list of mutants keeps up with the code, and the tables made of a run hide nothing.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { expect, test } from "vitest";
import { noticedBy, survived, type Tried, tableOfMutants, tableOfRows } from "../src/mutants/evidence.js";
import { mustBeCode, whyNotApplied, withoutGuard } from "../src/mutants/lane.js";
import { MUTANTS } from "../src/mutants/list.js";
import type { Mutant } from "../src/mutants/mutant.js";

const MUTANT: Mutant = {
  without: "a guard",
  file: "mux-ssh/dist/a.js",
  find: "guard();",
  replace: "",
  rows: ["1", "5"],
};

function ran(title: string, passed: boolean, ...places: readonly string[]): Tried["ran"][number] {
  return { title, passed, places };
}

function codeOf({ file }: Mutant): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), "utf8");
}

test("every guard that is to be taken out is in the built code exactly once", async () => {
  const wrong = await Promise.all(MUTANTS.map(async (mutant) => whyNotApplied(mutant, await codeOf(mutant))));
  expect(wrong.filter((why) => why !== undefined)).toEqual([]);
});

test("without it the code is code still", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streams-mutated-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const wrong: unknown[] = [];
  const waiting = MUTANTS.entries();
  const check = async (): Promise<void> => {
    for (const [i, mutant] of waiting) {
      const path = join(folder, `${i}${extname(mutant.file)}`);
      await writeFile(path, withoutGuard(mutant, await codeOf(mutant)));
      await mustBeCode(path).catch((error: unknown) => wrong.push(`without ${mutant.without}: ${error}`));
    }
  };
  await Promise.all([check(), check(), check()]);
  await rm(folder, { recursive: true });
  expect(wrong).toEqual([]);
}, 120_000);

test("every mutant has a description of its own, and rows or names of tests that must notice it", () => {
  const described = MUTANTS.map(({ without }) => without);
  expect(new Set(described).size).toBe(described.length);
  expect(MUTANTS.filter(({ rows = [], names = [] }) => rows.length + names.length === 0)).toEqual([]);
});

test("a guard that is not there, or twice, cannot be taken out", () => {
  expect(whyNotApplied(MUTANT, "a(); guard();")).toBeUndefined();
  expect(whyNotApplied(MUTANT, "a();")).toMatch(/a guard: .* 0 times/);
  expect(whyNotApplied(MUTANT, "guard(); guard();")).toMatch(/2 times/);
});

test("a mutant is noticed by the rows that turned red, on the wires where they did", () => {
  const tried = {
    mutant: MUTANT,
    ran: [
      ran("row 5: x", false, "ssh"),
      ran("row 1: x", false, "ssh", "tcp"),
      ran("row 1: y", true, "http2"),
      ran("row 5: z", false, "native"),
      ran("something", false, "ssh"),
    ],
  };
  expect(noticedBy(tried)).toBe("row 5 of native; row 1, 5 of ssh; “something”");
  expect(tableOfMutants([tried])).toMatch(/^\| a guard +\| `mux-ssh/m);
  const { text, empty } = tableOfRows([tried]);
  expect(text).toMatch(/^\| 5 .* \| 1 +\| (NONE|\(\d+\)) +\| 1 +\|$/m);
  expect(empty).toBeGreaterThan(0);
});

test("a mutant survives when all tests pass", () => {
  const passing = { mutant: MUTANT, ran: [ran("row 1: x", true, "ssh")] };
  expect(survived(passing)).toBe(true);
  expect(noticedBy(passing)).toBe("SURVIVED");
});

test("a mutant under which the tests run for ever counts for all its rows", () => {
  const tried = { mutant: MUTANT, ran: [], whole: "never ended" } as const;
  expect(survived(tried)).toBe(false);
  expect(noticedBy(tried)).toBe("row 1, 5 of ssh (never ended)");
  expect(tableOfRows([tried]).text).toMatch(/^\| 1 .*\| 1 +\|$/m);
});
