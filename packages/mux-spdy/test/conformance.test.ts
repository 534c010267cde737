// The whole suite of the contract between our own ends, over a connection in memory.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { around, features, KiB, pairs } from "./tools/conformance.js";

for (const flowControl of ["none", "spdy31"] as const) {
  providerSuite(runnerOf({ describe, test }), {
    name: `spdy, flowControl ${flowControl}`,
    features,
    pair: pairs({ flowControl }),
    limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
    scale: 0.1,
  });
}
