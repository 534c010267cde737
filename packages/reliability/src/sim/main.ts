// Runs seeds: `--seeds 10000 --from 1`, or one of them with all that happened: `--seed 17 --trace`. `--wire native` is the default.

import { parseArgs } from "node:util";
import { simulate } from "./simulate.js";
import { WIRES } from "./wires.js";

const { values } = parseArgs({
  options: {
    wire: { type: "string", default: "native" },
    seed: { type: "string" },
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    rounds: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

const wire = WIRES[values.wire];
if (wire === undefined) throw new Error(`--wire must be one of ${Object.keys(WIRES).join(", ")}.`);
const rounds = values.rounds === undefined ? {} : { rounds: Number(values.rounds) };
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;

const sum = { operations: 0, sent: 0, delivered: 0, dropped: 0 };
let failures = 0;
const start = performance.now();
for (let seed = from; seed < from + count; seed += 1) {
  const verdict = await simulate(seed, { wire, trace: values.trace, ...rounds });
  for (const key of ["operations", "sent", "delivered", "dropped"] as const) sum[key] += verdict[key];
  if (values.trace) console.log(verdict.trace.join("\n"));
  if (values.seed !== undefined) console.log(`trace hash ${verdict.hash}`);
  if (verdict.fault === undefined) continue;
  failures += 1;
  console.log(`seed ${seed} fails: ${verdict.fault}`);
  // The first failure is shown whole: the same seed does the same again.
  if (failures > 1 || values.trace) continue;
  const { trace } = await simulate(seed, { wire, trace: true, ...rounds });
  console.log(trace.join("\n"));
}
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(
  `${count} seeds, ${sum.operations} operations, ${failures} failures, ${seconds} s; ` +
    `bytes: ${sum.sent} sent = ${sum.delivered} delivered + ${sum.dropped} dropped`,
);
process.exitCode = failures === 0 ? 0 : 1;
