// The table says what a report says, and nothing is silently missing from it.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { cellOf } from "../src/table/cells.js";
import { printTable } from "../src/table/print.js";
import { readReport } from "../src/table/report.js";
import { SCORECARD, WIRES } from "../src/table/scorecard.js";

const ROOT = "/root";

/** A report of one file. */
function reportOf(path: string, ...tests: readonly (readonly [string[], string, string])[]): string {
  const assertionResults = tests.map(([ancestorTitles, title, status]) => ({ ancestorTitles, title, status }));
  return JSON.stringify({ testResults: [{ name: join(ROOT, path), status: "passed", message: "", assertionResults }] });
}

test("a test shows its row on the wire whose suite it is in, and over the transport whose suite it is in", () => {
  const json = reportOf(
    "packages/reliability/test/a.test.ts",
    [["ssh"], "row 27: all is well", "passed"],
    [["ssh", "tls"], "row 36: all is well", "passed"],
    [["ssh", "tls"], "row 36: all is not well", "failed"],
    [["ssh"], "row 28: not run", "skipped"],
    [["ssh"], "something else about row 28: passes", "passed"],
  );
  const { shown } = readReport(json, ROOT);
  const outcomes = ["27", "28", "36"].map((row) => cellOf(shown, row, "ssh").outcome);
  expect(outcomes).toEqual(["passed", "empty", "failed"]);
  expect(cellOf(shown, "36", "ssh", "tls")).toMatchObject({ passed: 1, failed: ["row 36: all is not well"] });
  expect(cellOf(shown, "36", "ssh", "tcp").outcome).toBe("empty");
  expect(cellOf(shown, "27", "native").outcome).toBe("empty");
});

test("a package's own tests show rows of its wire", () => {
  const { shown } = readReport(reportOf("packages/mux-native/test/a.test.ts", [[], "row 28b: x", "passed"]), ROOT);
  expect(cellOf(shown, "28b", "native").passed).toBe(1);
  expect(cellOf(shown, "28", "native").outcome).toBe("empty");
});

test("a file that did not run is told", () => {
  const testResults = [{ name: join(ROOT, "a.test.ts"), status: "failed", message: "No.", assertionResults: [] }];
  expect(readReport(JSON.stringify({ testResults }), ROOT).broken).toEqual(["a.test.ts: No."]);
});

test("a cell without tests is empty, unless there is a reason", () => {
  const line = { name: "8", what: "fragments", cells: WIRES.map((wire) => cellOf([], "8", wire)) };
  const text = printTable(WIRES, [line]);
  expect(text).toMatch(/^8 +fragments +not applicable \(1\) /m);
  expect(text).toMatch(/^\(1\) a header block is one frame/m);
  expect(cellOf([], "9", "native").outcome).toBe("empty");
});

test("the rows are those of the scorecard: 45 and two between", () => {
  const rows = SCORECARD.map(({ row }) => row);
  const expected = Array.from({ length: 45 }, (_, i) => String(i + 1));
  expected.splice(28, 0, "28b");
  expected.splice(39, 0, "38b");
  expect(rows).toEqual(expected);
});

test("the command prints both tables, names what is empty and exits with 1", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streams-table-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "report.json");
  await writeFile(path, reportOf("packages/reliability/test/a.test.ts", [["native"], "row 1: x", "passed"]));
  const program = fileURLToPath(new URL("../dist/table.js", import.meta.url));
  const [code, out] = await new Promise<[unknown, string]>((resolve) => {
    execFile(process.execPath, [program, path], (error, stdout) => resolve([error?.code, stdout]));
  });
  expect(code).toBe(1);
  expect(out).toMatch(/^1 +a million random inputs per decoder +passed 1( +EMPTY)+$/m);
  expect(out).toMatch(/^36 ssh .* EMPTY/m);
  expect(out).toContain("empty on native: 2, 3, 4, 5, 6, 7, 9,");
});
