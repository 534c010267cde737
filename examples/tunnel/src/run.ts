// One row of the table: a tunnel over one backend, and everything through it.

import { isStreamsError } from "streams-core";
import { oneProcess } from "./backends.js";
import type { File } from "./files.js";
import { fetchAll, type Load, timeSmall } from "./load.js";
import type { Progress, Row } from "./report.js";
import { open, type Place, type Start, startHere } from "./tunnel.js";

export interface Job extends Place {
  readonly files: readonly File[];
  readonly atOnce: number;
  readonly small: number;
  readonly progress: Progress;
  readonly start: Start;
}

/** Milliseconds after which a backend has failed. */
const LIMIT = 60_000;

export async function run(job: Job, scheme: string): Promise<Row> {
  const { files, progress } = job;
  const [smallest] = files;
  const row = { backend: scheme, streams: 0, bytes: 0, time: 0, small: [] as readonly number[], result: "ok" };
  const signal = AbortSignal.timeout(LIMIT);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const load: Load = {
    signal,
    onBytes(count) {
      row.bytes += count;
      progress.show(
        () => `${scheme}: ${((100 * row.bytes) / total).toFixed(0)} % of ${total.toLocaleString("en")} bytes`,
      );
    },
  };
  try {
    const tunnel = await open(scheme, job, oneProcess(scheme) ? startHere : job.start);
    try {
      row.time = await fetchAll(tunnel.url, files, job.atOnce, load);
      if (smallest !== undefined) row.small = await timeSmall(tunnel.url, smallest, job.small, { signal });
    } finally {
      row.streams = await tunnel.close();
    }
  } catch (error) {
    row.result = isStreamsError(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return row;
}
