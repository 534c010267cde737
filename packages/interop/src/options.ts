// What the command was asked for.

import { parseArgs } from "node:util";

export interface Options {
  /** Only these wires; empty for all. */
  readonly wires: readonly string[];
  /** Only cases whose name contains it. */
  readonly case: string;
  readonly times: number;
  /** Where the rows are written, too. */
  readonly json: string | undefined;
  /** Keep the results in results.json. */
  readonly keep: boolean;
  /** Fail where results.json has something else. */
  readonly check: boolean;
  /** Run once more, alone, what failed. */
  readonly again: boolean;
  readonly help: boolean;
}

export const HELP = `pnpm interop [--wire yamux]… [--case text] [--times 10] [--json file] [--keep] [--check] [--again]

Runs every wire against its originals, in both roles, and prints what came of each case.
  --wire   only this wire; may be given more than once
  --case   only cases whose name contains the text
  --times  so often in a row
  --json   writes the results to the file, too
  --keep   keeps what was shown in results.json, from which the table of the README is made
  --check  fails where results.json has something else
  --again  runs what failed once more, alone, and takes that for the result`;

/** @throws for what cannot be meant */
export function optionsOf(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      wire: { type: "string", multiple: true, default: [] },
      case: { type: "string", default: "" },
      times: { type: "string", default: "1" },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      again: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  for (const wire of values.wire) {
    if (!known.includes(wire)) throw new Error(`No wire is called ${wire}; there are ${known.join(", ")}.`);
  }
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 1)
    throw new Error(`--times must be a number from 1 up, not ${values.times}.`);
  if ((values.keep || values.check) && values.case !== "") {
    throw new Error("--keep and --check are about all cases of a wire: leave out --case.");
  }
  return { ...values, wires: values.wire, times, json: values.json };
}
