// The whole suite of the contract, both ends ours but speaking as to an original: what muxado alone can do.

import { providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { around, KiB, pairs, pairs1, stock1Features, stockFeatures } from "./tools/conformance.js";

const runner = runnerOf({ describe, test });

providerSuite(runner, {
  name: "muxado, as towards an original",
  features: stockFeatures,
  pair: pairs({ peer: "stock" }),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.1,
});

providerSuite(runner, {
  name: "muxado with types and a heartbeat, as towards an original",
  features: { ...stockFeatures, ping: true },
  pair: pairs({ peer: "stock", heartbeat: {} }),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) },
  scale: 0.03,
});

providerSuite(runner, {
  name: "muxado 1, as towards an original",
  features: stock1Features,
  pair: pairs1({ peer: "stock" }),
  limits: { sizes: around(4 * KiB, 16 * KiB, 64 * KiB) },
  scale: 0.1,
});
