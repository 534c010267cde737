// Connected pairs over each transport, on loopback and in a temporary directory.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Conn, Transport } from "streams-core";
import { afterAll } from "vitest";

export interface Pair {
  near: Conn;
  far: Conn;
  dispose(): Promise<void>;
}

export async function pairOver(transport: Transport, url: string): Promise<Pair> {
  const server = await transport.serve(new URL(url));
  const [near, far] = await Promise.all([transport.dial(server.url), server.accept()]);
  if (far === null) throw new Error("the server closed");
  return {
    near,
    far,
    async dispose() {
      near.reset();
      far.reset();
      await server.close();
    },
  };
}

/** As `pairOver`, with a relay between that `cut` resets at both sides. */
export async function relayedPair(transport: Transport, url: string, path: string): Promise<Pair & { cut(): void }> {
  const server = await transport.serve(new URL(url));
  const sockets: Socket[] = [];
  const target = server.url.port === "" ? { path: server.url.pathname } : { port: Number(server.url.port) };
  const relay = createServer({ allowHalfOpen: true }, (inbound) => {
    const outbound = connect({ ...target, allowHalfOpen: true });
    sockets.push(inbound, outbound);
    for (const socket of sockets) socket.on("error", () => {});
    inbound.pipe(outbound).pipe(inbound);
  });
  relay.listen("path" in target ? { path } : { port: 0, host: "127.0.0.1" });
  await once(relay, "listening");
  const address = relay.address();
  const dialled = new URL(server.url);
  if (typeof address === "string") dialled.pathname = address;
  else if (address !== null) dialled.port = String(address.port);
  const [near, far] = await Promise.all([transport.dial(dialled), server.accept()]);
  if (far === null) throw new Error("the server closed");
  return {
    near,
    far,
    cut() {
      for (const socket of sockets) typeof address === "string" ? socket.destroy() : socket.resetAndDestroy();
    },
    async dispose() {
      near.reset();
      far.reset();
      relay.close();
      await server.close();
    },
  };
}

/** A directory for sockets that goes with the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "streams-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
