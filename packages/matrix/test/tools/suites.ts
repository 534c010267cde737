// Runs the suite with vitest over a mux and a transport, by their names.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { type Entry, muxes } from "./muxes.js";
import { pairOver } from "./pairs.js";
import { type Fixture, transports } from "./transports.js";

export const runner = runnerOf({ describe, test });

export function entry(mux: string): Entry {
  const found = muxes[mux];
  if (found === undefined) throw new Error(`There is no mux "${mux}".`);
  return found;
}

export function fixture(transport: string): Fixture {
  const make = transports[transport];
  if (make === undefined) throw new Error(`There is no transport "${transport}".`);
  return make();
}

/** Where time is short: what the heavy cases are multiplied with, and which transports. All of it is the default. */
const { MATRIX_SCALE = "1", MATRIX_TRANSPORTS = Object.keys(transports).join() } = process.env;

export function suiteOverAll(muxName: string): void {
  for (const transport of MATRIX_TRANSPORTS.split(",")) suiteOver(muxName, transport);
}

function suiteOver(muxName: string, transportName: string): void {
  const { mux, scale = 1, ...manifest } = entry(muxName);
  providerSuite(runner, {
    ...manifest,
    scale: scale * Number(MATRIX_SCALE),
    name: `${muxName} over ${transportName}`,
    pair: () => pairOver(mux(), fixture(transportName)),
  });
}
