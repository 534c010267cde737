// `node dist/table.js [report.json]`: the reliability scorecard, row by wire and row by transport. It reads a JSON report of vitest or,
// without one, runs the tests that show rows. The exit code is 1 when a test failed or a cell is empty.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cell, cellOf } from "./table/cells.js";
import { filesWithRows } from "./table/files.js";
import { printTable } from "./table/print.js";
import { readReport } from "./table/report.js";
import { runTests } from "./table/run.js";
import { BROKEN_TRANSPORTS, SCORECARD, TRANSPORTS, WIRES } from "./table/scorecard.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const [path] = process.argv.slice(2);
const { shown, broken } = readReport(await report(), root);

const byWire = SCORECARD.map(({ row, what }) => ({
  name: row,
  what,
  cells: WIRES.map((wire) => cellOf(shown, row, wire)),
}));
const byTransport = SCORECARD.filter(({ row }) => BROKEN_TRANSPORTS.has(row)).flatMap(({ row, what }) =>
  WIRES.map((wire) => ({
    name: `${row} ${wire}`,
    what,
    cells: TRANSPORTS.map((transport) => cellOf(shown, row, wire, transport)),
  })),
);
console.log(printTable(WIRES, byWire));
console.log(`\n${printTable(TRANSPORTS, byTransport)}\n`);

const cells = [...byWire, ...byTransport].flatMap((line) => line.cells);
for (const file of broken) console.log(`did not run: ${file}`);
for (const cell of of("failed")) for (const title of cell.failed) console.log(`failed on ${cell.place}: ${title}`);
for (const place of new Set(of("empty").map((cell) => cell.place))) {
  const rows = of("empty").filter((cell) => cell.place === place);
  console.log(`empty on ${place}: ${rows.map(({ row }) => row).join(", ")}`);
}
const outcomes = (["passed", "failed", "not applicable", "empty"] as const).map((name) => `${of(name).length} ${name}`);
console.log(`${cells.length} cells: ${outcomes.join(", ")}`);
process.exitCode = of("empty").length + of("failed").length + broken.length > 0 ? 1 : 0;

async function report(): Promise<string> {
  if (path !== undefined) return readFile(resolve(path), "utf8");
  const json = await runTests(root, filesWithRows(root), { loud: true });
  if (json === undefined) throw new Error("The tests did not run.");
  return json;
}

function of(outcome: Cell["outcome"]): Cell[] {
  return cells.filter((cell) => cell.outcome === outcome);
}
