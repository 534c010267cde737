// The whole contract, over a pair in memory and over TCP.

import { type ProviderPair, providerSuite, runnerOf } from "streams-conformance";
import { type Conn, type Features, memoryPair } from "streams-core";
import { tcp } from "transport-tcp";
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

async function sessions(a: Conn, b: Conn, dispose: () => Promise<void>): Promise<ProviderPair> {
  const client = mux(a, "client");
  const server = mux(b, "server");
  await Promise.all([client.ready, server.ready]);
  return { client, server, cut: () => a.reset(), dispose };
}

providerSuite(runnerOf({ describe, test }), {
  name: "mux-ssh over memory",
  features,
  pair() {
    const [a, b] = memoryPair();
    return sessions(a, b, async () => {});
  },
});

providerSuite(runnerOf({ describe, test }), {
  name: "mux-ssh over TCP",
  features,
  async pair() {
    const server = await tcp().serve(new URL("tcp://127.0.0.1:0"));
    const [a, b] = await Promise.all([tcp().dial(server.url), server.accept()]);
    if (b === null) throw new Error("The server closed.");
    return sessions(a, b, () => server.close());
  },
});
