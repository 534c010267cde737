// mux-yamux against @libp2p/yamux, with the common cases: what needs no Go is tested without it.

import { describe, expect, test } from "vitest";
import { planOf } from "../src/plan.js";
import { runOne } from "../src/run.js";
import { javascript, wire } from "../src/wires/yamux.js";

describe(`${javascript.name} ${javascript.version}`, () => {
  for (const one of planOf({ ...wire, originals: [javascript], cases: [] })) {
    test(`we are ${one.role}: ${one.case.name}`, { timeout: 40_000 }, async () => {
      expect(await runOne(one)).toMatchObject({ result: "passed", note: "" });
    });
  }
});
