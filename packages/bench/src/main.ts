// `pnpm bench`: measures what was asked for and prints it. Progress goes to standard error.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { chartOf } from "./chart.js";
import { goProgram } from "./go-program.js";
import { optionsOf } from "./options.js";
import { type Row, rowsOf, summarise } from "./rows.js";
import { tableOf } from "./table.js";

const options = optionsOf(process.argv.slice(2));
const node = spawnSync(options.node, ["--version"], { encoding: "utf8" });
if (node.status !== 0) throw new Error(`${options.node} is not a Node that runs.`, { cause: node.error });
const go = options.peers.some((peer) => typeof peer.peer !== "function") ? goProgram() : undefined;
const peers = options.peers.filter((peer) => typeof peer.peer === "function" || go !== undefined);
if (peers.length < options.peers.length) console.error("Go is not installed: its peers are left out.");

const rows: Row[] = [];
for await (const row of rowsOf({ ...options, peers, programs: { node: options.node, go: go?.path } })) {
  rows.push(row);
  console.error(`${row.round + 1} ${row.workload} ${row.peer} ${row.failed ?? JSON.stringify(row.metrics)}`);
}
go?.remove();

const summaries = summarise(rows);
const setting = { node: node.stdout.trim(), cpu: cpus()[0]?.model ?? "", cores: cpus().length, rounds: options.rounds };
if (options.json) console.log(JSON.stringify({ setting, rows, summaries }, undefined, 1));
else
  console.log(`Node ${setting.node}, ${setting.cores} cores, ${setting.rounds} rounds\n\n${tableOf(summaries, rows)}`);
if (options.svg !== undefined) writeFileSync(options.svg, chartOf(summaries));
if (rows.some((row) => row.failed !== undefined)) process.exitCode = 1;
