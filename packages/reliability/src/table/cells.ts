// Row by place: how many tests passed, how many failed, or why there can be none. A place is a wire, or a wire over a transport.

import { whyNot } from "./not-applicable.js";
import type { Shown } from "./report.js";

export interface Cell {
  readonly row: string;
  readonly place: string;
  readonly passed: number;
  /** Titles of those that failed. */
  readonly failed: readonly string[];
  /** Why the row cannot be shown there. Tests that show it all the same count for more. */
  readonly reason: string | undefined;
  readonly outcome: "passed" | "failed" | "not applicable" | "empty";
}

export function cellOf(shown: readonly Shown[], row: string, ...places: readonly string[]): Cell {
  const here = shown.filter((test) => test.row === row && places.every((place) => test.places.includes(place)));
  const failed = here.filter((test) => !test.passed).map((test) => test.title);
  const reason = whyNot(row, places);
  const passed = here.length - failed.length;
  const without = reason === undefined ? "empty" : "not applicable";
  const outcome = failed.length > 0 ? "failed" : passed > 0 ? "passed" : without;
  return { row, place: places.join(" over "), passed, failed, reason, outcome };
}
