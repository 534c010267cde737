// The whole suite of the contract over a connection in memory, both ends ours.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { around, features, KiB, pairs, pairs1 } from "./tools/conformance.js";

const runner = runnerOf({ describe, test });

providerSuite(runner, {
  name: "muxado",
  features,
  pair: pairs({}),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});

providerSuite(runner, {
  name: "muxado with types and a heartbeat",
  features,
  pair: pairs({ heartbeat: {} }),
  scale: 0.03,
});

providerSuite(runner, {
  name: "muxado 1",
  features,
  pair: pairs1({}),
  limits: { sizes: around(4 * KiB, 16 * KiB, 64 * KiB) },
  scale: 0.1,
});
