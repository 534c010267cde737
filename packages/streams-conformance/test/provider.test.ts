import { describe, test } from "vitest";
import { providerSuite, runnerOf } from "../src/index.js";
import { FEATURES, referencePair } from "./reference/session.js";

providerSuite(runnerOf({ describe, test }), {
  name: "the reference session",
  features: FEATURES,
  limits: { unread: 128 * 1024 },
  pair: async () => ({ ...referencePair(), dispose: async () => {} }),
});
