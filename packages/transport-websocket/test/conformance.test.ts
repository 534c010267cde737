import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { type ConnPair, type ConnSetup, connSuite, runnerOf } from "streams-conformance";
import type { Transport } from "streams-core";
import { attach, ws, wss } from "transport-websocket";
import * as platform from "transport-websocket/platform";
import { describe, test } from "vitest";
import { WebSocket } from "ws";
import { cert, key } from "./certificate.js";

// Node has a WebSocket of its own from 22 on; before, that of ws has the same interface.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const runner = runnerOf({ describe, test });
const MIB = 1024 * 1024;

const features = { halfClose: true, resetCode: true, resetSeen: true, backpressure: true, cut: false };
const limits = { sizes: [65_535, 65_536, 65_537, 131_071, 131_072, 131_073] };

connSuite(runner, { name: "ws", features: { ...features, cut: true }, limits, scale: 0.25, pair: attachedPair });
connSuite(runner, {
  name: "wss",
  features,
  limits,
  scale: 0.25,
  pair: () => pair(wss({ ca: cert }), wss({ cert, key }), "wss"),
});
connSuite(runner, {
  name: "the platform's WebSocket",
  // It cannot be paused.
  features: { ...features, backpressure: false },
  limits,
  scale: 0.25,
  pair: () => pair(platform.ws({ maxUnread: 64 * MIB }), ws(), "ws"),
} satisfies ConnSetup);

/** A pair over a server of the test's own, whose socket the test can break. */
async function attachedPair(): Promise<ConnPair> {
  const http = createServer();
  const server = attach(http, { path: "/pair" });
  const connected = once(http, "connection");
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const [near, far] = await Promise.all([ws().dial(server.url), server.accept()]);
  const [socket] = (await connected) as [Socket];
  await server.close();
  http.close();
  if (far === null) throw new Error("The server closed too early.");
  return { near, far, cut: () => void socket.resetAndDestroy(), async dispose() {} };
}

async function pair(dialer: Transport, listener: Transport, scheme: string): Promise<ConnPair> {
  const server = await listener.serve(new URL(`${scheme}://127.0.0.1:0/pair`));
  const [near, far] = await Promise.all([dialer.dial(server.url), server.accept()]);
  await server.close();
  if (far === null) throw new Error("The server closed too early.");
  return { near, far, cut() {}, async dispose() {} };
}
