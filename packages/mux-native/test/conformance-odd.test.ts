// The whole suite again, where windows, frames and the transport are as small as they may be.

import { native } from "mux-native";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

providerSuite(runnerOf({ describe, test }), {
  name: "native with the smallest window and frame",
  features: EVERYTHING,
  pair: overMemory(native({ initialWindow: 16 * KiB, maxWindow: 16 * KiB, maxFrame: 16 * KiB })),
  limits: { sizes: around(4 * KiB, 16 * KiB) },
  scale: 0.03,
});

providerSuite(runnerOf({ describe, test }), {
  name: "native over a transport that takes one chunk at a time",
  features: EVERYTHING,
  pair: overMemory(native(), 1),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.03,
});
