// The whole suite of the contract between our own ends, over a connection in memory.

import { smux } from "mux-smux";
import { EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

for (const version of [1, 2] as const) {
  providerSuite(runnerOf({ describe, test }), {
    name: `smux, version ${version}`,
    features: { ...EVERYTHING, headers: "preamble" },
    pair: overMemory(smux({ version })),
    limits: { sizes: [65534, 65535, 65536] },
    scale: 0.05,
  });
}
