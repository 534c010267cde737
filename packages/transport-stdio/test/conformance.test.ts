import { type ConnPair, connSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";
import { relayed } from "./relayed.js";

connSuite(runnerOf({ describe, test }), {
  name: "stdio",
  // The pipes of the system know one kind of end only, and no code.
  features: { halfClose: true, resetCode: false, resetSeen: false, backpressure: true, cut: false },
  scale: 0.25,
  pair,
});

async function pair(): Promise<ConnPair> {
  const transport = relayed();
  const server = await transport.serve(new URL("stdio:"));
  const near = await transport.dial(server.url);
  const far = await Promise.race([server.accept(), near.closed]);
  await server.close();
  if (!far) throw new Error("The child ended too early.");
  return { near, far, cut() {}, async dispose() {} };
}
