// What is printed, kept and compared.

import { expect, test } from "vitest";
import { moduleVersion } from "../src/go.js";
import { HELP, optionsOf } from "../src/options.js";
import { print, rowsOf } from "../src/report.js";
import { proofsOf } from "../src/results.js";
import type { Outcome, Result } from "../src/run.js";
import { words } from "../src/table/features.js";
import { markdownTable } from "../src/table/markdown.js";
import { loadWire, WIRES } from "../src/wires.js";
import { nativeOriginal } from "./tools/native-original.js";

const outcome = (result: Result, note = "", role: "client" | "server" = "client", name = "a case"): Outcome => ({
  try: { wire: "w", original: nativeOriginal(), role, case: { name, run: () => Promise.resolve() } },
  result,
  note,
  milliseconds: 1,
});

test("a case that failed once in ten has failed, and says how often and why", () => {
  const rows = rowsOf([outcome("passed"), outcome("failed", "Error: why"), outcome("passed", "", "server")]);
  const text = print(rows, []);
  expect(text).toMatch(/a case {2,}FAILED 1\/2 {2,}passed\n {6}Error: why/);
  expect(text).toContain("2 cases: 1 passed, 1 failed, 0 recorded, 0 not applicable");
  expect(text).toMatch(/FAILED w × native, we are client: a case$/);
});

test("what is recorded stands below its case, why cases do not apply below them all, and a missing wire by its name", () => {
  const rows = rowsOf([
    outcome("recorded", "it hangs; we go on"),
    outcome("not applicable", "it has no ends", "client", "another"),
  ]);
  const text = print(rows, ["mio"]);
  expect(text).toMatch(/a case {2,}recorded {2,}–\n {6}it hangs; we go on\n/);
  expect(text).toMatch(/another {2,}not applicable {2,}–\n {2}not applicable: it has no ends\n/);
  expect(text).toContain("mio: MISSING");
});

test("what is kept of a run is what passed and what is recorded, and nothing of a run with a failure", () => {
  const rows = rowsOf([
    outcome("passed"),
    outcome("passed", "", "server"),
    outcome("recorded", "it hangs", "client", "b"),
  ]);
  expect(proofsOf(rows)).toEqual([{ wire: "w", peer: "native", version: "v1", passed: 2, recorded: 1 }]);
  expect(() => proofsOf(rowsOf([outcome("failed")]))).toThrow("w × native, a case: failed");
});

test("the command takes what its help says, and refuses what cannot be meant", () => {
  for (const option of ["wire", "case", "times", "json", "keep", "check"]) expect(HELP).toContain(`--${option}`);
  expect(optionsOf(["--wire", "ssh", "--times", "10"], WIRES)).toMatchObject({
    wires: ["ssh"],
    times: 10,
    keep: false,
  });
  expect(() => optionsOf(["--wire", "telnet"], WIRES)).toThrow("No wire is called telnet; there are yamux,");
  expect(() => optionsOf(["--times", "0"], WIRES)).toThrow("--times must be a number from 1 up");
  expect(() => optionsOf(["--keep", "--case", "echo"], WIRES)).toThrow("leave out --case");
});

test("the version of a module is the one of its go.mod", () => {
  expect(moduleVersion("http2", "golang.org/x/net")).toMatch(/^v0\.\d+\.\d+$/);
  expect(() => moduleVersion("http2", "golang.org/x/ne")).toThrow("go/http2/go.mod does not require golang.org/x/ne.");
});

test("a wire without a file is undefined, and every other is loaded without Go", async () => {
  expect(await loadWire("telnet")).toBeUndefined();
  expect((await loadWire("http2"))?.name).toBe("http2");
});

test("features are everything, or what is missing", () => {
  const all = {
    headers: "native",
    opens: "both",
    flowControl: "stream",
    halfClose: true,
    resetCode: true,
    ping: true,
    priority: true,
    drain: true,
  } as const;
  expect(words(all)).toBe("everything");
  expect(words({ ...all, headers: "none", opens: "client", drain: false })).toBe(
    "all but headers, streams of the server, draining",
  );
});

test("a table is aligned as the formatter aligns it", () => {
  expect(markdownTable(["a", "bb"], [["longer", "x"]])).toBe("| a      | bb  |\n| ------ | --- |\n| longer | x   |");
});
