// The soak as a program: `node dist/soak/main.js --backend native+tcp --minutes 2`, or `--streams 1000000 --reconnects 10000`.

import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { WIRES } from "../broken/wires.js";
import { type Sample, slopeOf } from "./slope.js";
import { type SoakReport, soak } from "./soak.js";
import type { Tally } from "./traffic.js";

/** A session's streams when only a time was given. */
const PER_SESSION = 100;
const MiB = 1024 * 1024;

// Compiled code, and what V8 learns to compile it, are on the heap too, and come for hours. Without, what grows is what somebody keeps.
for (const flag of ["--no-opt", "--no-sparkplug", "--no-lazy-feedback-allocation", "--no-flush-bytecode"]) {
  setFlagsFromString(flag);
}

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "native+tcp" },
    minutes: { type: "string" },
    streams: { type: "string" },
    reconnects: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
  },
});
const wire = WIRES.find((name) => `${name}+tcp` === values.backend);
if (wire === undefined) {
  throw new Error(`--backend is one of ${WIRES.map((name) => `${name}+tcp`).join(", ")}, not "${values.backend}".`);
}
const streams = number("streams", values.streams);
const minutes = number("minutes", values.minutes) ?? (streams === undefined ? 2 : undefined);
const reconnects = number("reconnects", values.reconnects);
const sessions = reconnects ?? (streams === undefined ? Number.POSITIVE_INFINITY : Math.ceil(streams / PER_SESSION));
const streamsPerSession = streams === undefined ? PER_SESSION : Math.ceil(streams / sessions);
const seed = number("seed", values.seed) ?? 1;

console.log(`${values.backend}, seed ${seed}, ${streamsPerSession} streams a session`);
const milliseconds = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000;
const report = await soak({ wire, seed, streamsPerSession, sessions, milliseconds, onSample: printSample });
printReport(report);
const { mismatches, failures } = report.tally;
if (mismatches > 0 || failures.length > 0 || report.handles.length > 0) process.exitCode = 1;

function printSample({ bytes }: Sample, tally: Tally, done: number): void {
  console.log(
    `${tally.streams.toLocaleString("en")} streams, ${done.toLocaleString("en")} sessions, ${(tally.bytes / MiB).toFixed(0)} MiB, heap ${(bytes / 1024).toFixed(1)} KiB`,
  );
}

function printReport({ tally, sessions, milliseconds, samples, handles }: SoakReport): void {
  const slope = slopeOf(samples);
  const perStream = (1000 * milliseconds) / tally.streams;
  console.log(
    [
      `streams      ${tally.streams.toLocaleString("en")}, of which cut ${tally.cut.toLocaleString("en")}`,
      `sessions     ${sessions.toLocaleString("en")}`,
      `writes       ${tally.pieces.toLocaleString("en")}`,
      `bytes        ${(tally.bytes / MiB).toFixed(0)} MiB`,
      `time         ${(milliseconds / 1000).toFixed(1)} s, ${perStream.toFixed(0)} µs a stream; ${cpuSeconds().toFixed(1)} s of processor time`,
      `heap slope   ${slope === undefined ? "too few samples" : `${((slope * 100_000) / 1024).toFixed(2)} KiB per 100,000 streams`}`,
      `handles left ${handles.length === 0 ? "none" : handles.join(", ")}`,
      `hashes wrong ${tally.mismatches}`,
      `failures     ${tally.failures.length === 0 ? "none" : tally.failures.join("; ")}`,
    ].join("\n"),
  );
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not "${text}".`);
  return value;
}
