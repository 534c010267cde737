// The whole suite of the contract over a connection in memory, both ends ours.

import { yamux } from "mux-yamux";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

providerSuite(runnerOf({ describe, test }), {
  name: "yamux",
  features: { ...EVERYTHING, headers: "preamble" },
  pair: overMemory(yamux()),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB), backlog: 256 },
  scale: 0.1,
});
