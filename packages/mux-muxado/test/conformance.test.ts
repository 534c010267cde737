// The whole suite of the contract over a connection in memory, both ends ours.

import { muxado } from "mux-muxado";
import { muxado1 } from "mux-muxado/v1";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

const runner = runnerOf({ describe, test });

providerSuite(runner, {
  name: "muxado",
  features: { ...EVERYTHING, headers: "preamble" },
  pair: overMemory(muxado()),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});

providerSuite(runner, {
  name: "muxado with types and a heartbeat",
  features: { ...EVERYTHING, headers: "preamble" },
  pair: overMemory(muxado({ heartbeat: {} })),
  scale: 0.03,
});

providerSuite(runner, {
  name: "muxado 1",
  features: { ...EVERYTHING, headers: "preamble" },
  pair: overMemory(muxado1()),
  limits: { sizes: around(4 * KiB, 16 * KiB, 64 * KiB) },
  scale: 0.1,
});
