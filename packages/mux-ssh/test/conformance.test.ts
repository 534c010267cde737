// The whole contract, over a pair in memory. The matrix has it over every transport, at full scale.

import { EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { ssh } from "../src/index.js";
import { BOTH } from "./keys.js";

providerSuite(runnerOf({ describe, test }), {
  name: "mux-ssh over memory",
  features: { ...EVERYTHING, headers: "preamble", priority: false },
  scale: 0.1,
  pair: overMemory(ssh(BOTH)),
});
