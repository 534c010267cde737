// The hostile rows of a wire as tests: `hostileSuite(codec, { describe, test, vi })` with those of vitest.

import type { HostileCodec } from "./codec.js";
import { judge } from "./judge.js";
import { rowsOf } from "./rows.js";
import type { FakeTimers } from "./site.js";

export interface TestTools {
  describe(name: string, body: () => void): unknown;
  test(name: string, options: { timeout: number }, body: () => Promise<void>): unknown;
  readonly vi: FakeTimers;
}

/** Milliseconds, on a machine that has much else to do: a script that is given up goes on, and spoils the next one's clock. */
const TIMEOUT = 60_000;

export function hostileSuite(codec: HostileCodec, { describe, test, vi }: TestTools): void {
  describe(codec.name, () => {
    for (const { row, does, run } of rowsOf(codec)) {
      test(`row ${row}: ${does}`, { timeout: TIMEOUT }, () => judge(codec, vi, run));
    }
  });
}
