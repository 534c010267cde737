// The whole suite of the contract over a connection in memory, both ends ours.

import { mio } from "mux-mio";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

providerSuite(runnerOf({ describe, test }), {
  name: "mio",
  features: { ...EVERYTHING, headers: "preamble" },
  pair: overMemory(mio()),
  limits: { sizes: around(128, 4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});
