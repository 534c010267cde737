// The table as text: a line per row, a column per wire or transport, and under it what needs words.

import type { Cell } from "./cells.js";

export interface Line {
  /** The row, and what else names the line. */
  readonly name: string;
  readonly what: string;
  readonly cells: readonly Cell[];
}

export function printTable(columns: readonly string[], lines: readonly Line[]): string {
  const reasons: string[] = [];
  const body = lines.map(({ name, what, cells }) => [name, what, ...cells.map((cell) => say(cell, reasons))]);
  const table = [["row", "what is sent or done", ...columns], ...body];
  const widths: number[] = [];
  for (const line of table) for (const [i, part] of line.entries()) widths[i] = Math.max(widths[i] ?? 0, part.length);
  const text = table.map((line) =>
    line
      .map((part, i) => part.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...text, ...reasons.map((reason, i) => `(${i + 1}) ${reason}`)].join("\n");
}

function say({ outcome, passed, failed, reason = "" }: Cell, reasons: string[]): string {
  if (outcome === "passed") return `passed ${passed}`;
  if (outcome === "failed") return `FAILED ${failed.length} of ${failed.length + passed}`;
  if (outcome === "empty") return "EMPTY";
  const known = reasons.indexOf(reason);
  return `not applicable (${known < 0 ? reasons.push(reason) : known + 1})`;
}
