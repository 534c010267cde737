// A run as text: for each workload a line per peer, median (min–max) and the ratio to the raw socket.

import type { Row, Summary } from "./rows.js";

export function tableOf(summaries: readonly Summary[], rows: readonly Row[]): string {
  const workloads = [...new Set(rows.map((row) => row.workload))];
  return workloads
    .map((workload) => {
      const here = summaries.filter((one) => one.workload === workload);
      const metrics = [...new Set(here.map((one) => one.metric))];
      const peers = [...new Set(rows.filter((row) => row.workload === workload).map((row) => row.peer))];
      const lines = peers.map((peer) => [peer, ...metrics.map((metric) => cellOf(here, peer, metric))]);
      return [
        `| ${workload} | ${metrics.join(" | ")} |`,
        `|---|${"---|".repeat(metrics.length)}`,
        ...lines.map(lineOf),
      ].join("\n");
    })
    .concat(failuresOf(rows))
    .join("\n\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cellOf(summaries: readonly Summary[], peer: string, metric: string): string {
  const found = summaries.find((one) => one.peer === peer && one.metric === metric);
  if (found === undefined) return "–";
  const ratio = found.ratio === undefined ? "" : ` **${found.ratio.toFixed(2)}**`;
  return `${rounded(found.median)} (${rounded(found.min)}–${rounded(found.max)})${ratio}`;
}

/** Three digits or so; thousands with a k. */
export function rounded(value: number): string {
  if (Math.abs(value) >= 100_000) return `${Math.round(value / 1000).toLocaleString("en")}k`;
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function failuresOf(rows: readonly Row[]): string[] {
  const failed = rows.filter((row) => row.failed !== undefined);
  return failed.map((row) => `${row.peer}, ${row.workload}, round ${row.round + 1} failed: ${row.failed}`);
}
