// A copy of the built workspace, in which one mutant after the other is put in and the tests are run that should notice.

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Ran, readReport } from "../table/report.js";
import { runTests } from "../table/run.js";
import { WIRES as ALL_WIRES } from "../table/scorecard.js";
import { copyWorkspace, removeCopy } from "./copy.js";
import { HOSTILE, type Mutant } from "./mutant.js";
import { WIRES } from "./no-guard.js";

/** A fault shows in the first few. Two copies run at a time, each with one worker; a mutant that fills memory must not fill it all. */
const ENVIRONMENT = {
  SIM_SEEDS: "300",
  FUZZ_INPUTS: "0.1",
  VITEST_MAX_WORKERS: "1",
  NODE_OPTIONS: "--max-old-space-size=2048",
};

/** Wires whose tests are not run. */
const OTHERS = ALL_WIRES.filter((wire) => WIRES.every((own) => own !== wire));

export interface Outcome {
  /** The tests that ran, each passed or failed. */
  readonly ran: readonly Ran[];
  /** What failed as a whole. */
  readonly whole?: "never ended" | "could not be loaded" | "crashed";
}

export class Lane {
  readonly #copy: string;

  private constructor(copy: string) {
    this.#copy = copy;
  }

  static async of(root: string): Promise<Lane> {
    return new Lane(await copyWorkspace(root));
  }

  remove(): void {
    removeCopy(this.#copy);
  }

  /** @param limit milliseconds: a mutant that makes the tests run in circles is caught as well */
  async runWith(mutant: Mutant, limit: number): Promise<Outcome> {
    const path = join(this.#copy, "packages", mutant.file);
    const before = await readFile(path, "utf8");
    const why = whyNotApplied(mutant, before);
    if (why !== undefined) throw new Error(why);
    try {
      await writeFile(path, withoutGuard(mutant, before));
      await mustBeCode(path);
      const outcome = await this.run(testsOf(mutant), namesOf(mutant), limit);
      // Those tests are there, as was seen before: the process that ran them died.
      return outcome.whole === undefined && outcome.ran.length === 0 ? { ran: [], whole: "crashed" } : outcome;
    } finally {
      await writeFile(path, before);
    }
  }

  /** @param only matches the names of the tests that are run */
  async run(tests: readonly string[], only: string, limit: number): Promise<Outcome> {
    const json = await runTests(this.#copy, tests, { only, env: ENVIRONMENT, limit });
    if (json === undefined) return { ran: [], whole: "never ended" };
    const { ran, skipped, broken } = readReport(json, this.#copy);
    // A process that dies, of having no memory left for one, reports nothing at all.
    if (ran.length + skipped + broken.length === 0) return { ran, whole: "crashed" };
    return broken.length > 0 ? { ran, whole: "could not be loaded" } : { ran };
  }
}

export function testsOf({ tests = [HOSTILE] }: Mutant): readonly string[] {
  return tests;
}

/** Matches the names of the tests that should notice. */
export function namesOf({ rows = [], names = [], within }: Mutant): string {
  const suite = within === undefined ? `^(?!(${OTHERS.join("|")})\\b)(.* )?` : `${within} `;
  return [...(rows.length > 0 ? [`${suite}row (${rows.join("|")}): `] : []), ...names.map(escaped)].join("|");
}

/** Whether the test is one of those that should notice. */
export function isAsked(mutant: Mutant, { title, places }: Ran): boolean {
  // The last place is the package.
  return new RegExp(namesOf(mutant)).test([...places.slice(0, -1), title].join(" "));
}

/** Undefined if the guard is in the code exactly once. */
export function whyNotApplied({ without, file, find }: Mutant, code: string): string | undefined {
  const times = code.split(find).length - 1;
  return times === 1 ? undefined : `without ${without}: ${file} has ${times} times, not once: ${find}`;
}

/** The code with the mutant in it. */
export function withoutGuard({ find, replace }: Mutant, code: string): string {
  return code.replace(find, () => replace);
}

/** @throws unless it can be parsed: that would be noticed by every test, and say nothing about any */
export async function mustBeCode(path: string): Promise<void> {
  if (path.endsWith(".js")) await promisify(execFile)(process.execPath, ["--check", path]);
}

function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
