// The whole suite again, where windows, frames and the transport are as small as they may be.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { around, features, KiB, pairs } from "./tools/conformance.js";

providerSuite(runnerOf({ describe, test }), {
  name: "native with the smallest window and frame",
  features,
  pair: pairs({ initialWindow: 16 * KiB, maxWindow: 16 * KiB, maxFrame: 16 * KiB }),
  limits: { sizes: around(4 * KiB, 16 * KiB) },
  scale: 0.03,
});

providerSuite(runnerOf({ describe, test }), {
  name: "native over a transport that takes one chunk at a time",
  features,
  pair: pairs({}, 1),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.03,
});
