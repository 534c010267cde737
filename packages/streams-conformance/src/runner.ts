// The test runner is given, never imported: vitest, node:test, Bun, Deno or a page in a browser.

export interface Runner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>, options: { readonly timeout: number }): void;
  /** A case that does not apply, and why. */
  skip(name: string, reason: string): void;
}

/** The two functions that vitest and node:test both have, with the same parameters. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown;
  test(name: string, options: { timeout?: number; skip?: boolean }, body: () => Promise<void>): unknown;
}

/** A runner out of vitest's, or node:test's, `describe` and `test`. */
export function runnerOf({ describe, test }: TestFunctions): Runner {
  return {
    describe: (name, body) => void describe(name, body),
    test: (name, body, { timeout }) => void test(name, { timeout }, body),
    skip: (name, reason) => void test(`${name} (not applicable: ${reason})`, { skip: true }, async () => {}),
  };
}
