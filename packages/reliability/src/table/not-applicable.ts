// Cells of the table that no test can fill, and why. Each wire says so itself.

import { notApplicable } from "../adapters/not-applicable.js";
import { nativeCodec } from "../hostile/native.js";

const WIRES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [nativeCodec.name]: nativeCodec.cannot,
  ...notApplicable,
};

/** Why the row cannot be shown there; undefined if it can. */
export function whyNot(row: string, places: readonly string[]): string | undefined {
  return places.map((place) => WIRES[place]?.[row]).find((reason) => reason !== undefined);
}
