// Every transport, each as a way to get connected pairs of which both ends live in this process.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { memory, type Transport } from "streams-core";
import { tcp, tls, unix } from "transport-tcp";
import { ws, wss } from "transport-websocket";
import { relayed } from "../../../transport-stdio/test/relayed.js";

export interface Fixture {
  readonly transport: Transport;
  /** Where to serve. What the server then says is where to dial. */
  readonly url: string;
  dispose(): void;
}

const nothing = (): void => {};

/** `localhost` and 127.0.0.1 for a hundred years, signed by the test CA. */
function certificate(): { ca: Buffer; cert: Buffer; key: Buffer } {
  const file = (name: string): Buffer =>
    readFileSync(fileURLToPath(new URL(`../../../transport-tcp/test/certificates/${name}`, import.meta.url)));
  return { ca: file("ca.pem"), cert: file("server.pem"), key: file("server-key.pem") };
}

function withSocketFile(make: (path: string) => Omit<Fixture, "dispose">): Fixture {
  const folder = mkdtempSync(join(tmpdir(), "streams-matrix-"));
  return { ...make(join(folder, "s.sock")), dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

export const transports: Readonly<Record<string, () => Fixture>> = {
  memory: () => ({ transport: memory(), url: "memory://matrix", dispose: nothing }),
  tcp: () => ({ transport: tcp(), url: "tcp://127.0.0.1:0", dispose: nothing }),
  tls: () => ({ transport: tls(certificate()), url: "tls://127.0.0.1:0", dispose: nothing }),
  unix: () => withSocketFile((path) => ({ transport: unix(), url: `unix://${path}` })),
  ws: () => ({ transport: ws(), url: "ws://127.0.0.1:0/mux", dispose: nothing }),
  wss: () => ({ transport: wss(certificate()), url: "wss://127.0.0.1:0/mux", dispose: nothing }),
  stdio: () => ({ transport: relayed(), url: "stdio:", dispose: nothing }),
};
