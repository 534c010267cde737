// A run: rounds of measurements, the peers of each interleaved and their order rotated; and what comes of the rounds.

import { measure, type Programs } from "./pair.js";
import type { Entry } from "./peers.js";
import type { Measure, Metrics, WorkloadName } from "./workloads.js";

/** One measurement. */
export interface Row {
  readonly workload: WorkloadName;
  readonly peer: string;
  readonly round: number;
  readonly metrics: Metrics;
  /** Bytes or echoes counted and checked. */
  readonly counted: number;
  /** Why there are no metrics. */
  readonly failed?: string;
}

export interface Plan {
  readonly programs: Programs;
  readonly peers: readonly Entry[];
  readonly workloads: readonly Measure[];
  readonly rounds: number;
}

/** Gives each measurement as it is made. One that fails gives a row that says why. */
export async function* rowsOf(plan: Plan): AsyncGenerator<Row> {
  for (let round = 0; round < plan.rounds; round++) {
    for (const one of plan.workloads) {
      const able = plan.peers.filter((peer) => peer.workloads.has(one.workload));
      const start = Math.floor((round * able.length) / plan.rounds);
      for (const peer of [...able.slice(start), ...able.slice(0, start)])
        yield await rowOf(plan.programs, peer, one, round);
    }
  }
}

async function rowOf(programs: Programs, peer: Entry, one: Measure, round: number): Promise<Row> {
  const row = { workload: one.workload, peer: peer.name, round };
  try {
    const idle = Math.min(one.idle, peer.idleAtMost ?? one.idle);
    return { ...row, ...(await measure(programs, peer, { ...one, idle })) };
  } catch (error) {
    return { ...row, metrics: {}, counted: 0, failed: error instanceof Error ? error.message : String(error) };
  }
}

/** One number of one peer over all rounds. */
export interface Summary {
  readonly workload: WorkloadName;
  readonly peer: string;
  readonly metric: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median of the ratios to the raw socket, each within its round. */
  readonly ratio: number | undefined;
}

export function summarise(rows: readonly Row[]): Summary[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    for (const metric of Object.keys(row.metrics)) {
      const key = JSON.stringify([row.workload, row.peer, metric]);
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
  }
  return [...groups].map(([key, group]) => {
    const [workload, peer, metric] = JSON.parse(key) as [WorkloadName, string, string];
    const values = group.map((row) => row.metrics[metric] ?? Number.NaN);
    const ratios = group.flatMap((row) => ratioOf(row, metric, rows));
    return {
      workload,
      peer,
      metric,
      median: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
      ratio: ratios.length === 0 ? undefined : median(ratios),
    };
  });
}

function ratioOf(row: Row, metric: string, rows: readonly Row[]): number[] {
  const raw = rows.find((one) => one.peer === "raw" && one.workload === row.workload && one.round === row.round);
  const [value, base] = [row.metrics[metric], raw?.metrics[metric]];
  return value === undefined || base === undefined ? [] : [value / base];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
