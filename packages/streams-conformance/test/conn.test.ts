import { memoryPair } from "streams-core";
import { describe, test } from "vitest";
import { connSuite, runnerOf } from "../src/index.js";
import { RELAY, relayPair } from "./reference/relay.js";

const runner = runnerOf({ describe, test });

connSuite(runner, {
  name: "memoryPair()",
  features: { ...RELAY, cut: false },
  limits: { unread: 128 * 1024 },
  async pair() {
    const [near, far] = memoryPair();
    return { near, far, cut() {}, dispose: async () => {} };
  },
});

connSuite(runner, {
  name: "a relay between two memory pairs, which can be cut",
  features: RELAY,
  limits: { unread: 512 * 1024 },
  scale: 0.25,
  pair: async () => relayPair(),
});
