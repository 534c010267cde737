// A wire of others between our own ends, where it can do everything, and towards its originals, where it can do what they do. The
// whole suite of the contract for each.

import { type BilingualOptions, bilingualMux } from "mux-engine";
import { EVERYTHING, overMemory, type ProviderSetup, providerSuite, runnerOf } from "streams-conformance";
import type { Features } from "streams-core";
import { describe, test } from "vitest";
import { TinyCodec, type TinyOptions } from "./tools/tiny-codec.js";

const runner = runnerOf({ describe, test });
const OURS: Features = { ...EVERYTHING, headers: "preamble" };
const STOCK: Features = {
  ...OURS,
  headers: "none",
  resetCode: false,
  ping: false,
  priority: false,
  drain: false,
};

const pairs = (codec: TinyOptions, options: BilingualOptions): ProviderSetup["pair"] =>
  overMemory(bilingualMux((role) => new TinyCodec(role, codec), options));

const light = { scale: 0.05 };

providerSuite(runner, { ...light, name: "a wire with windows between our ends", features: OURS, pair: pairs({}, {}) });
providerSuite(runner, {
  ...light,
  name: "a wire without windows between our ends",
  features: OURS,
  pair: pairs({ window: Number.POSITIVE_INFINITY, policy: { sessionWindow: 1 << 20 } }, { peer: "streams" }),
});
providerSuite(runner, {
  ...light,
  name: "a wire with windows as the originals speak it",
  features: STOCK,
  pair: pairs({}, { peer: "stock" }),
});
providerSuite(runner, {
  ...light,
  name: "a wire without windows as the originals speak it",
  features: { ...STOCK, flowControl: "session" },
  pair: pairs({ window: Number.POSITIVE_INFINITY, policy: { sessionWindow: 1 << 20 } }, { peer: "stock" }),
});
providerSuite(runner, {
  ...light,
  name: "a wire with every policy as the originals speak it",
  features: STOCK,
  pair: pairs(
    { policy: { beaconInterval: 10, firstWriteDelay: 2, lastEndDelay: 5, resetRefuses: true } },
    { peer: "stock", initialWindow: 262_144 },
  ),
});
