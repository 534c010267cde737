// `node dist/mutants.js [--write] [word …]`: takes one guard at a time out of a copy of the built code, runs the tests that should notice,
// and prints which did. With words, only mutants whose description has one of them; with --write, the tables go to MUTANTS.md too. The
// exit code is 1 when a mutant survived, or a row has neither a mutant nor a reason.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { noticedBy, survived, type Tried, tableOfMutants, tableOfRows } from "./mutants/evidence.js";
import { isAsked, Lane, namesOf, testsOf, whyNotApplied } from "./mutants/lane.js";
import { MUTANTS } from "./mutants/list.js";
import type { Mutant } from "./mutants/mutant.js";
import type { Ran } from "./table/report.js";

/** As many tests run at a time. */
const LANES = 2;
/** Milliseconds for tests in which nothing was taken out, and what those with a mutant get beyond thrice what the former took. */
const LIMIT = 300_000;
const ALLOWANCE = 45_000;

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = fileURLToPath(new URL("../MUTANTS.md", import.meta.url));
const options = process.argv.slice(2);
const words = options.filter((option) => option !== "--write");
const chosen = MUTANTS.filter(({ without }) => words.length === 0 || words.some((word) => without.includes(word)));

mustApply(await Promise.all(MUTANTS.map((mutant) => readFile(join(root, "packages", mutant.file), "utf8"))));
const began = performance.now();
const lanes = await Promise.all(Array.from({ length: LANES }, () => Lane.of(root)));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    // Behind those that end the tests, which would write there again.
    process.once("exit", () => {
      for (const lane of lanes) lane.remove();
    });
    process.exit(1);
  });
}
const tried: Tried[] = [];
try {
  const took = new Map<string, number>();
  const asked = new Set<Mutant>();
  await share([...new Set(chosen.flatMap(testsOf))], async (lane, path) => {
    const { milliseconds, ran } = await mustBeGreen(lane, path);
    took.set(path, milliseconds);
    for (const mutant of chosen) if (ran.some((test) => isAsked(mutant, test))) asked.add(mutant);
    console.error(`${path} passes`);
  });
  for (const mutant of chosen) {
    if (!asked.has(mutant)) throw new Error(`Without ${mutant.without}: no test is called ${namesOf(mutant)}`);
  }
  await share(chosen, async (lane, mutant) => {
    const usual = testsOf(mutant).reduce((sum, path) => sum + (took.get(path) ?? 0), 0);
    const outcome = { mutant, ...(await lane.runWith(mutant, 3 * usual + ALLOWANCE)) };
    tried.push(outcome);
    console.error(`${tried.length} of ${chosen.length}: without ${mutant.without} → ${noticedBy(outcome)}`);
  });
} finally {
  for (const lane of lanes) lane.remove();
}
tried.sort((a, b) => chosen.indexOf(a.mutant) - chosen.indexOf(b.mutant));
const survivors = tried.filter(survived);
const rows = tableOfRows(tried);
const total = `${tried.length} mutants, ${survivors.length} survived`;
const tables = `${tableOfMutants(tried)}\n\n${total}.\n\n## Row by wire\n\n${rows.text}\n`;
console.log(tables);
console.error(`${total}, ${Math.round((performance.now() - began) / 60_000)} minutes`);
if (words.length === 0 && rows.empty > 0) console.error(`${rows.empty} cells have neither a mutant nor a reason`);
process.exitCode = survivors.length > 0 || (words.length === 0 && rows.empty > 0) ? 1 : 0;
if (options.includes("--write")) {
  const head =
    "Printed by `node packages/reliability/dist/mutants.js --write`. What the columns mean stands in the README.";
  await writeFile(page, `# Guards taken out, and what noticed\n\n${head}\n\n${tables}`);
}

/** All of them, also when few are tried. @throws for those whose text is not in the code as it is now */
function mustApply(code: readonly string[]): void {
  const wrong = MUTANTS.map((mutant, i) => whyNotApplied(mutant, code[i] ?? "")).filter((why) => why !== undefined);
  if (wrong.length > 0) throw new Error(`Change these mutants as the code was changed:\n${wrong.join("\n")}`);
}

/** Each lane takes the next one when it is done. */
async function share<T>(work: readonly T[], does: (lane: Lane, item: T) => Promise<void>): Promise<void> {
  const items = work.values();
  const run = async (lane: Lane): Promise<void> => {
    for (const item of items) await does(lane, item);
  };
  await Promise.all(lanes.map(run));
}

/** Before anything is taken out; twice, for the machine may be busy. Returns the milliseconds that it took. */
async function mustBeGreen(lane: Lane, path: string): Promise<{ milliseconds: number; ran: readonly Ran[] }> {
  const only = new Set(chosen.filter((mutant) => testsOf(mutant).includes(path)).map(namesOf));
  for (let left = 1; ; left -= 1) {
    const start = performance.now();
    const { ran, whole } = await lane.run([path], [...only].join("|"), LIMIT);
    const red = ran.filter(({ passed }) => !passed).map(({ title }) => title);
    if (red.length === 0 && whole === undefined) return { milliseconds: performance.now() - start, ran };
    if (left === 0) throw new Error(`${path}, nothing taken out: ${whole ?? red.join("; ")}`);
  }
}
