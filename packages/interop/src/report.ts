// What came of a run, as text and as JSON.

import { grouped } from "./grouped.js";
import type { Role } from "./peer.js";
import type { Outcome, Result } from "./run.js";

/** All tries of one case against one original in one role. */
export interface Row {
  readonly wire: string;
  readonly peer: string;
  readonly version: string;
  /** Of our end. */
  readonly role: Role;
  readonly case: string;
  readonly result: Result;
  readonly times: number;
  readonly failures: number;
  readonly note: string;
  readonly milliseconds: number;
}

export function rowsOf(outcomes: readonly Outcome[]): Row[] {
  const groups = grouped(outcomes, ({ try: one }) =>
    JSON.stringify([one.wire, one.original.name, one.role, one.case.name]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const failed = group.filter(({ result }) => result === "failed");
    const shown =
      failed[0] ??
      group.find(({ result }) => result === "unavailable") ??
      group.find(({ result }) => result === "recorded") ??
      first;
    const { wire, original, role } = first.try;
    return {
      wire,
      peer: original.name,
      version: original.version,
      role,
      case: first.try.case.name,
      result: shown.result,
      times: group.length,
      failures: failed.length,
      note: shown.note,
      milliseconds: Math.round(Math.max(...group.map(({ milliseconds }) => milliseconds))),
    };
  });
}

/** A heading for each wire and peer, a line for each case with a column for each role of our end, and what there is to say below it. */
export function print(rows: readonly Row[], missing: readonly string[]): string {
  const peers = grouped(rows, ({ wire, peer, version }) => `${wire} × ${peer} ${version}`);
  const width = Math.max(20, ...rows.map((row) => row.case.length));
  const lines = [...peers].flatMap(([heading, ofPeer]) => [
    "",
    `${heading.padEnd(width + 2)}  ${"we are client".padEnd(16)}we are server`,
    ...[...grouped(ofPeer, (row) => row.case)].flatMap(([name, ofCase]) => [
      `  ${name.padEnd(width)}  ${cell(ofCase, "client").padEnd(16)}${cell(ofCase, "server")}`.trimEnd(),
      ...notesOf(ofCase),
    ]),
    ...reasonsOf(ofPeer),
  ]);
  const absent = missing.map((wire) => `\n${wire}: MISSING, there are no cases for it yet (src/wires/${wire}.ts)`);
  const gone = new Set(
    rows.filter(({ result }) => result === "unavailable").map(({ note }) => `\nUNAVAILABLE: ${note}`),
  );
  return [...lines, ...absent, ...gone, "", totals(rows)].join("\n");
}

function cell(rows: readonly Row[], role: Role): string {
  const row = rows.find((one) => one.role === role);
  if (row === undefined) return "–";
  if (row.times === 1 || row.result === "not applicable") return row.result;
  return row.failures === 0 ? `${row.result} ×${row.times}` : `FAILED ${row.failures}/${row.times}`;
}

/** What failed and what is recorded, below its case. */
function notesOf(rows: readonly Row[]): string[] {
  const told = rows.filter(
    ({ result, note }) => note !== "" && result !== "not applicable" && result !== "unavailable",
  );
  return [...new Set(told.map(({ note }) => note))].map(indented);
}

/** Why cases do not apply, once for each reason. */
function reasonsOf(rows: readonly Row[]): string[] {
  const reasons = new Set(rows.filter(({ result }) => result === "not applicable").map(({ note }) => note));
  return [...reasons].map((reason) => `  not applicable: ${reason}`);
}

const indented = (note: string): string => note.replace(/^/gm, "      ");

/** The numbers, and the names of what failed. */
function totals(rows: readonly Row[]): string {
  const count = (result: Result): number => rows.filter((row) => row.result === result).length;
  const known = (["passed", "failed", "recorded", "not applicable", "unavailable"] as const).map(
    (one) => `${count(one)} ${one}`,
  );
  const failed = rows.filter(({ result }) => result === "failed");
  return [
    `${rows.length} cases: ${known.join(", ")}`,
    ...failed.map((row) => `FAILED ${row.wire} × ${row.peer}, we are ${row.role}: ${row.case}`),
  ].join("\n");
}
