// The whole contract, over a pair in memory. The matrix has it over every transport, at full scale.

import { providerSuite, runnerOf } from "streams-conformance";
import { type Features, memoryPair } from "streams-core";
import { describe, test } from "vitest";
import { ssh } from "../src/index.js";
import { BOTH } from "./keys.js";

const features: Features = {
  headers: "preamble",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: false,
  drain: true,
};

const mux = ssh(BOTH);

providerSuite(runnerOf({ describe, test }), {
  name: "mux-ssh over memory",
  features,
  scale: 0.1,
  async pair() {
    const [a, b] = memoryPair();
    const client = mux(a, "client");
    const server = mux(b, "server");
    await Promise.all([client.ready, server.ready]);
    return { client, server, cut: () => a.reset(), dispose: async () => {} };
  },
});
