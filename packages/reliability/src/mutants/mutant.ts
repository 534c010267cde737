// One guard taken out, and what must notice.

export interface Mutant {
  /** What no longer happens. */
  readonly without: string;
  /** Below `packages`, in the built code; in the source where the tests import that. */
  readonly file: string;
  /** Occurs there once. */
  readonly find: string;
  readonly replace: string;
  /** The rows that are run: at least one must turn red. */
  readonly rows?: readonly string[];
  /** Instead of rows, for what no row is about: what the names of the tests that are run begin with. */
  readonly names?: readonly string[];
  /** What the paths of the tests begin with. Default: `HOSTILE`. */
  readonly tests?: readonly string[];
  /** The suites in which they are run, the outer first, as a regular expression. Default: all but those of wires that have no guards of their own. */
  readonly within?: string;
}

const TESTS = "packages/reliability/test/";

export const HOSTILE: string = `${TESTS}native.test.ts`;
export const SIMULATED: string = `${TESTS}sim-rows.test.ts`;
export const FUZZED: string = `${TESTS}fuzz.test.ts`;

/** A file of this package's. */
export function file(name: string): string {
  return `${TESTS}${name}.test.ts`;
}

/** An `if` that is never taken. */
export function never(condition: string): Pick<Mutant, "find" | "replace"> {
  return { find: `if (${condition})`, replace: "if (false)" };
}

/** A statement that does nothing. */
export function gone(statement: string): Pick<Mutant, "find" | "replace"> {
  return { find: statement, replace: ";" };
}

/** The wire whose own code it changes; the engine's counts as the native one's. */
export function wireOf({ file }: Mutant): string {
  return /^mux-(http2|ssh)\//.exec(file)?.[1] ?? "native";
}
