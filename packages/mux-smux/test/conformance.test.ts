// The whole suite of the contract between our own ends, over a connection in memory.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { own, pairs } from "./tools/pairs.js";

for (const version of [1, 2] as const) {
  providerSuite(runnerOf({ describe, test }), {
    name: `smux, version ${version}`,
    features: own,
    pair: pairs({ version }),
    limits: { sizes: [65534, 65535, 65536] },
    scale: 0.05,
  });
}
