// The whole suite of the contract between our own ends, over a connection in memory.

import { spdy } from "mux-spdy";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

for (const flowControl of ["none", "spdy31"] as const) {
  providerSuite(runnerOf({ describe, test }), {
    name: `spdy, flowControl ${flowControl}`,
    features: EVERYTHING,
    pair: overMemory(spdy({ flowControl })),
    limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
    scale: 0.1,
  });
}
