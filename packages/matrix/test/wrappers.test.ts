import { heartbeat, logging } from "custom-wrapper";
import { providerSuite } from "streams-conformance";
import type { Wrapper } from "streams-core";
import { bridged, bridges } from "./tools/bridges.js";
import { pairOver } from "./tools/pairs.js";
import { entry, fixture, runner } from "./tools/suites.js";

const native = entry("native");

const wrappers: Readonly<Record<string, Wrapper>> = {
  "the logging wrapper": logging(() => {}),
  "the heartbeat wrapper": heartbeat({ interval: 20, timeout: 5000 }),
  "the node bridge": (inner) => bridged(inner, bridges.node),
  "the web bridge": (inner) => bridged(inner, bridges.web),
};

for (const [name, wrap] of Object.entries(wrappers)) {
  providerSuite(runner, {
    features: native.features,
    name: `${name} around native`,
    pair: async () => {
      const pair = await pairOver(native.mux(), fixture("memory"));
      return { ...pair, client: wrap(pair.client), server: wrap(pair.server) };
    },
  });
}
