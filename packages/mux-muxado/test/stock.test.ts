// The whole suite of the contract, both ends ours but speaking as to an original: what muxado alone can do.

import { muxado } from "mux-muxado";
import { muxado1 } from "mux-muxado/v1";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;
const STOCK = { ...EVERYTHING, headers: "none", ping: false, priority: false } as const;

const runner = runnerOf({ describe, test });

providerSuite(runner, {
  name: "muxado, as towards an original",
  features: STOCK,
  pair: overMemory(muxado({ peer: "stock" })),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});

providerSuite(runner, {
  name: "muxado with types and a heartbeat, as towards an original",
  features: { ...STOCK, ping: true },
  pair: overMemory(muxado({ peer: "stock", heartbeat: {} })),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.03,
});

providerSuite(runner, {
  name: "muxado 1, as towards an original",
  features: { ...EVERYTHING, headers: "none" },
  pair: overMemory(muxado1({ peer: "stock" })),
  limits: { sizes: around(4 * KiB, 16 * KiB, 64 * KiB) },
  scale: 0.1,
});
