// What a run of the tests says about the scorecard: a JSON report of vitest, or of whatever writes the same.

import { basename, dirname, relative, sep } from "node:path";

/** A test that passed or failed. */
export interface Ran {
  readonly passed: boolean;
  readonly title: string;
  /** Names of the suites around it, and of the package it is in as a wire: `mux-native` is `native`. */
  readonly places: readonly string[];
}

/** One whose name starts with `row N: `. */
export interface Shown extends Ran {
  readonly row: string;
}

interface Assertion {
  readonly title: string;
  readonly ancestorTitles: readonly string[];
  readonly status: string;
}

export interface Report {
  readonly ran: readonly Ran[];
  /** Those of them that show a row. */
  readonly shown: readonly Shown[];
  /** How many did not run, as they were not asked for. */
  readonly skipped: number;
  /** Files whose tests did not run, with the reason. */
  readonly broken: readonly string[];
}

/** @throws if it is no report */
export function readReport(json: string, root: string): Report {
  const report: unknown = JSON.parse(json);
  const ran: Ran[] = [];
  const broken: string[] = [];
  let skipped = 0;
  for (const file of list(report, "testResults")) {
    const name = text(file, "name");
    const assertions = list(file, "assertionResults").map(assertion);
    if (assertions.length === 0 && text(file, "status") === "failed") {
      broken.push(`${relative(root, name)}: ${text(file, "message")}`);
    }
    for (const { title, ancestorTitles, status } of assertions) {
      if (status !== "passed" && status !== "failed") skipped += 1;
      else ran.push({ passed: status === "passed", title, places: [...ancestorTitles, wireOf(relative(root, name))] });
    }
  }
  return { ran, shown: ran.flatMap(showing), skipped, broken };
}

/** The row that the test shows, if it does. */
export function rowOf({ title }: Ran): string | undefined {
  return /^row (\d+b?): /.exec(title)?.[1];
}

function showing(test: Ran): Shown[] {
  const row = rowOf(test);
  return row === undefined ? [] : [{ row, ...test }];
}

/** The wire of a package's own tests. */
function wireOf(path: string): string {
  const [top, name = ""] = dirname(path).split(sep);
  return top === "packages" ? name.replace(/^mux-/, "") : basename(path);
}

function assertion(value: unknown): Assertion {
  const ancestorTitles = list(value, "ancestorTitles").map(String);
  return { title: text(value, "title"), ancestorTitles, status: text(value, "status") };
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = property(value, key);
  if (!Array.isArray(found)) throw new Error(`The report has no list of ${key}.`);
  return found;
}

function text(value: unknown, key: string): string {
  return String(property(value, key));
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
