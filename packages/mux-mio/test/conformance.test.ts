// The whole suite of the contract over a connection in memory, both ends ours.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { around, features, KiB, pairs } from "./tools/conformance.js";

providerSuite(runnerOf({ describe, test }), {
  name: "mio",
  features,
  pair: pairs({}),
  limits: { sizes: around(128, 4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});
