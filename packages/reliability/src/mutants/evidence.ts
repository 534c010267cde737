// What noticed each mutant, as Markdown: a line per mutant, then row by wire how many made it red, or why none can.

import { type Ran, rowOf } from "../table/report.js";
import { SCORECARD } from "../table/scorecard.js";
import type { Outcome } from "./lane.js";
import { type Mutant, wireOf } from "./mutant.js";
import { guardedElsewhere, WIRES } from "./no-guard.js";

export interface Tried extends Outcome {
  readonly mutant: Mutant;
}

/** Whether nothing noticed. */
export function survived({ ran, whole }: Tried): boolean {
  return whole === undefined && ran.every(({ passed }) => passed);
}

/** What noticed, in words. */
export function noticedBy({ mutant, ran, whole }: Tried): string {
  const { rows = [], names = [] } = mutant;
  const all = [...(rows.length > 0 ? [`row ${rows.join(", ")} of ${wireOf(mutant)}`] : []), ...names];
  if (whole !== undefined) return `${all.join("; ")} (${whole})`;
  const red = ran.filter(({ passed }) => !passed);
  if (red.length > 0) return [...rowsByWire(red), ...titles(red)].join("; ");
  return "SURVIVED";
}

export function tableOfMutants(all: readonly Tried[]): string {
  const lines = all.map((tried) => [tried.mutant.without, `\`${tried.mutant.file}\``, noticedBy(tried)]);
  return table([["without", "in", "noticed by"], ...lines]);
}

/** @returns the table, its notes, and how many cells have neither a mutant nor a reason */
export function tableOfRows(all: readonly Tried[]): { readonly text: string; readonly empty: number } {
  const counts = new Map<string, number>();
  for (const tried of all) {
    for (const cell of cellsOf(tried)) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const reasons: string[] = [];
  let empty = 0;
  const say = (row: string, wire: string): string => {
    const count = counts.get(`${row} ${wire}`);
    if (count !== undefined) return String(count);
    const reason = guardedElsewhere(row, wire);
    if (reason === undefined) {
      empty += 1;
      return "NONE";
    }
    const known = reasons.indexOf(reason);
    return `(${known < 0 ? reasons.push(reason) : known + 1})`;
  };
  const lines = SCORECARD.map(({ row, what }) => [row, what, ...WIRES.map((wire) => say(row, wire))]);
  const notes = reasons.map((reason, i) => `- (${i + 1}) ${reason}`);
  return { text: `${table([["row", "what is sent or done", ...WIRES], ...lines])}\n\n${notes.join("\n")}`, empty };
}

/** `row wire` of each that turned red. */
function cellsOf({ mutant, ran, whole }: Tried): Set<string> {
  if (whole !== undefined) return new Set((mutant.rows ?? []).map((row) => `${row} ${wireOf(mutant)}`));
  const red = ran.filter(({ passed }) => !passed);
  return new Set(red.flatMap((test) => WIRES.flatMap((wire) => (shows(test, wire) ? [`${rowOf(test)} ${wire}`] : []))));
}

function shows(test: Ran, wire: string): boolean {
  return rowOf(test) !== undefined && test.places.includes(wire);
}

/** `row 1, 5 of native`. */
function rowsByWire(red: readonly Ran[]): string[] {
  return WIRES.flatMap((wire) => {
    const rows = new Set(red.filter((test) => shows(test, wire)).map(rowOf));
    const sorted = SCORECARD.map(({ row }) => row).filter((row) => rows.has(row));
    return sorted.length > 0 ? [`row ${sorted.join(", ")} of ${wire}`] : [];
  });
}

/** Of those that show no row. */
function titles(red: readonly Ran[]): string[] {
  const named = red.filter((test) => rowOf(test) === undefined);
  return [...new Set(named.map(({ title }) => `“${title}”`))];
}

function table(lines: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  const cells = lines.map((line) => line.map((text) => text.replaceAll("|", "\\|")));
  for (const line of cells) for (const [i, text] of line.entries()) widths[i] = Math.max(widths[i] ?? 3, text.length);
  const rule = widths.map((width) => "-".repeat(width));
  const [head = [], ...body] = cells.map((line) => line.map((text, i) => text.padEnd(widths[i] ?? 0)));
  return [head, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
