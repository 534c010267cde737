// `node dist/mutants.js [word …]`: takes one guard at a time out of a copy of the built code, runs the rows that should notice, and says
// which did. With words, only mutants whose description has one of them. The exit code is 1 when a mutant survived.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyWorkspace, removeCopy } from "./mutants/copy.js";
import { DEFAULT_TESTS, MUTANTS, type Mutant } from "./mutants/list.js";
import { readReport } from "./table/report.js";
import { runTests } from "./table/run.js";
import { SCORECARD } from "./table/scorecard.js";

/** A fault shows in the first few. */
const ENVIRONMENT = { SIM_SEEDS: "300", FUZZ_INPUTS: "0.02" };
/** Of the rows of one mutant: one that makes them run in circles is caught as well. */
const LIMIT_MS = 90_000;

interface Result {
  /** The rows that failed, and those that ran. */
  readonly red: readonly string[];
  readonly seen: readonly string[];
  /** What failed as a whole. */
  readonly whole?: string;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const words = process.argv.slice(2);
const chosen = MUTANTS.filter(({ without }) => words.length === 0 || words.some((word) => without.includes(word)));
const copy = await copyWorkspace(root);
const survivors: string[] = [];
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    removeCopy(copy);
    process.exit(1);
  });
}
try {
  for (const place of new Set(chosen.map(placeOf)))
    await mustBeGreen(chosen.filter((mutant) => placeOf(mutant) === place));
  for (const mutant of chosen) {
    const { red, seen, whole } = await resultOf(mutant);
    const survived = seen.length > 0 ? "SURVIVED" : `SURVIVED: no test shows row ${mutant.rows.join(", ")}`;
    console.log(`without ${mutant.without} → ${whole ?? (red.length > 0 ? `row ${red.join(", ")}` : survived)}`);
    if (red.length === 0) survivors.push(mutant.without);
  }
} finally {
  removeCopy(copy);
}
console.log(`\n${chosen.length} mutants, ${survivors.length} survived`);
if (words.length === 0) {
  const missed = SCORECARD.filter(({ row }) => MUTANTS.every(({ rows }) => !rows.includes(row)));
  if (missed.length > 0) console.log(`rows without a mutant: ${missed.map(({ row }) => row).join(", ")}`);
}
process.exitCode = survivors.length > 0 ? 1 : 0;

/** Before anything is taken out. */
async function mustBeGreen(mutants: readonly Mutant[]): Promise<void> {
  const [first] = mutants;
  if (first === undefined) return;
  const rows = [...new Set(mutants.flatMap((mutant) => mutant.rows))];
  const { red } = await run({ ...first, rows });
  if (red.length > 0) throw new Error(`Rows ${red.join(", ")} fail in ${placeOf(first)} with every guard in place.`);
}

/** With the mutant in place. */
async function resultOf(mutant: Mutant): Promise<Result> {
  const path = join(copy, "packages", mutant.file);
  const before = await readFile(path, "utf8");
  const parts = before.split(mutant.find);
  if (parts.length !== 2) throw new Error(`${mutant.file} has ${parts.length - 1} times, not once: ${mutant.find}`);
  await writeFile(path, parts.join(mutant.replace));
  try {
    return await run(mutant);
  } finally {
    await writeFile(path, before);
  }
}

async function run({ rows, tests = DEFAULT_TESTS, within }: Mutant): Promise<Result> {
  const only = `${within === undefined ? "" : `${within} `}row (${rows.join("|")}): `;
  const json = await runTests(copy, tests, { only, env: ENVIRONMENT, limit: LIMIT_MS });
  const all = `rows ${rows.join(", ")} together`;
  if (json === undefined) return { red: rows, seen: rows, whole: `${all}, which never ended` };
  const { shown, broken } = readReport(json, copy);
  if (broken.length > 0) return { red: rows, seen: rows, whole: `${all}, whose file could not be loaded` };
  const red = shown.filter(({ passed }) => !passed).map(({ row }) => row);
  return { red: [...new Set(red)], seen: [...new Set(shown.map(({ row }) => row))] };
}

function placeOf({ tests = DEFAULT_TESTS, within = "" }: Mutant): string {
  return `${tests.join(", ")} ${within}`.trim();
}
