// The whole suite of a session, over memory and over transport-tcp.

import { EVERYTHING, providerSuite, runnerOf } from "streams-conformance";
import { type Conn, memoryPair } from "streams-core";
import { tcp } from "transport-tcp";
import { describe, test } from "vitest";
import { pair } from "./pairs.js";

const CONNS = {
  memory: async (): Promise<[Conn, Conn]> => memoryPair(),
  async tcp(): Promise<[Conn, Conn]> {
    const transport = tcp();
    const server = await transport.serve(new URL("tcp://127.0.0.1:0"));
    const [near, far] = await Promise.all([transport.dial(server.url), server.accept()]);
    await server.close();
    if (far === null) throw new Error("no connection arrived");
    return [near, far];
  },
};

for (const [name, conns] of Object.entries(CONNS)) {
  providerSuite(runnerOf({ describe, test }), {
    name: `http2 over ${name}`,
    features: { ...EVERYTHING, priority: false },
    scale: 0.1,
    async pair() {
      const { client, server, near } = await pair(conns);
      return { client, server, cut: () => near.reset(), dispose: async () => near.reset() };
    },
  });
}
