// `pnpm interop`: every wire against its originals.

import { writeFileSync } from "node:fs";
import { goVersion } from "./go.js";
import { HELP, optionsOf } from "./options.js";
import { planOf, type Try } from "./plan.js";
import { print, rowsOf } from "./report.js";
import { differences, keepResults } from "./results.js";
import { type Outcome, runAll, runFailedAgain } from "./run.js";
import { loadWire, WIRES } from "./wires.js";

/** Whatever still keeps the process alive so long after the last case was left behind by one. */
const LEFT_BEHIND = 10_000;

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2), WIRES);
  if (options.help) {
    console.log(HELP);
    return;
  }
  const began = performance.now();
  const go = await goVersion();
  const names = options.wires.length > 0 ? options.wires : WIRES;
  const wires = await Promise.all(names.map(async (name) => ({ name, wire: await loadWire(name) })));
  const missing = wires.flatMap(({ name, wire }) => (wire === undefined ? [name] : []));
  const tries = wires
    .flatMap(({ wire }) => (wire === undefined ? [] : planOf(wire)))
    .filter((one) => one.case.name.includes(options.case));
  const outcomes = await runAll(
    tries.flatMap((one) => Array.from({ length: options.times }, () => one)),
    { started: (one) => running.add(one), ended: progress },
  );
  const rows = rowsOf(options.again ? await runFailedAgain(outcomes) : outcomes);
  console.log(print(rows, missing));
  console.log(`${go}, Node ${process.version}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ rows, missing }, null, 2)}\n`);
  const nothing = rows.every(({ result }) => result === "unavailable");
  if (nothing || rows.some(({ result }) => result === "failed")) process.exitCode = 1;
  if (process.exitCode === 1) return;
  if (options.keep) keepResults(rows, names);
  if (options.check) {
    const differing = differences(rows, names);
    if (differing.length > 0) throw new Error(`${differing.join("\n")}\nRun \`pnpm interop --keep\`.`);
  }
}

const running = new Set<Try>();

function progress({ try: one, result, note }: Outcome): void {
  running.delete(one);
  if (result === "failed") console.error(`FAILED ${nameOf(one)}\n${note}\n`);
}

const nameOf = ({ wire, original, role, case: { name } }: Try): string =>
  `${wire} × ${original.name}, we are ${role}: ${name}`;

// An error that nobody waits for is a fault of ours, whichever case it belongs to.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    console.error(`FAILED: ${event}`, error, `\nwhile these ran:\n${[...running].map(nameOf).join("\n")}\n`);
    process.exitCode = 1;
  });
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  })
  .finally(() => {
    setTimeout(() => {
      console.error("Something was left behind:", process.getActiveResourcesInfo().join(", "));
      process.exit(1);
    }, LEFT_BEHIND).unref();
  });
