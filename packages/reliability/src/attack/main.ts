// The attacks as a program: `node dist/attack/main.js --seconds 60`, each flood for that long, or `--flood pings` for one.

import { parseArgs } from "node:util";
import { FLOODS, floodNamed } from "./floods.js";
import { quantile, type Result, runAttack } from "./run.js";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, flood: { type: "string" } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0, not "${values.seconds}".`);
const floods = values.flood === undefined ? FLOODS : [floodNamed(values.flood)];

console.log("| flood | quiet p50, p99 | attack elsewhere | attacked | p99 to quiet | p99 to elsewhere | attackers |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
const options = { milliseconds: seconds * 1000, rounds: 4, compare: true };
for (const flood of floods) console.log(lineOf(await runAttack(flood, options)));

function lineOf({ name, quiet, elsewhere, attacked, attacker, ends }: Result): string {
  const times = (values: readonly number[]): string =>
    [0.5, 0.99].map((part) => quantile(values, part).toFixed(2)).join(", ");
  const ratio = (values: readonly number[]): string => (quantile(attacked, 0.99) / quantile(values, 0.99)).toFixed(1);
  const ended = Object.entries(ends)
    .filter(([, count]) => count > 0)
    .map(([end, count]) => `${end} ${count}`);
  const attackers = `${attacker.connections} connections, ${(attacker.bytes / 2 ** 20).toFixed(1)} MiB; ${ended.join(", ")}`;
  const cells = [name, times(quiet), times(elsewhere), times(attacked), ratio(quiet), ratio(elsewhere), attackers];
  return `| ${cells.join(" | ")} |`;
}
