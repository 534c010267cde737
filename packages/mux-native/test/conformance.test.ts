// The whole suite of the contract, over a connection in memory.

import { native } from "mux-native";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

providerSuite(runnerOf({ describe, test }), {
  name: "native",
  features: EVERYTHING,
  pair: overMemory(native()),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});
