// The transports under test: what real connections go over, and where a server listens.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Transport } from "streams-core";
import { stdio } from "transport-stdio";
import { tcp, tls, unix } from "transport-tcp";
import { ws } from "transport-websocket";

export type MediumName = "tcp" | "tls" | "unix" | "websocket" | "stdio";

export const MEDIA: readonly MediumName[] = ["tcp", "tls", "unix", "websocket", "stdio"];

/** Where to serve: what the server then says is where to dial. */
export interface Place {
  readonly url: URL;
  dispose(): void;
}

export function placeOf(name: MediumName): Place {
  if (name === "tcp") return { url: new URL("tcp://127.0.0.1:0"), dispose };
  if (name === "tls") return { url: new URL("tls://127.0.0.1:0"), dispose };
  if (name === "websocket") return { url: new URL("ws://127.0.0.1:0/mux"), dispose };
  const folder = mkdtempSync(join(tmpdir(), "streams-reliability-"));
  return { url: new URL(`unix://${folder}/s`), dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** For stdio, `dial` starts a child that relays its standard input and output to the Unix socket that `serve` listens on. */
export function transportOf(name: MediumName): Transport {
  if (name === "tcp") return tcp();
  if (name === "tls") return tls(certificate());
  if (name === "websocket") return ws();
  const { dial, serve } = unix();
  if (name === "unix") return { dial, serve };
  const start = (path: string): Transport =>
    stdio({ command: process.execPath, args: [script("relay"), path], stderr: "ignore" });
  return { dial: (url, options) => start(url.pathname).dial(url, options), serve };
}

/** The path of a program of this folder. */
export function script(name: "peer" | "relay"): string {
  return fileURLToPath(new URL(`../../dist/broken/${name}.js`, import.meta.url));
}

/** For `localhost` and 127.0.0.1, signed by the test CA of the TCP transports. */
function certificate(): { ca: Buffer; cert: Buffer; key: Buffer } {
  const folder = new URL("../../../transport-tcp/test/certificates/", import.meta.url);
  const file = (name: string): Buffer => readFileSync(new URL(name, folder));
  return { ca: file("ca.pem"), cert: file("server.pem"), key: file("server-key.pem") };
}

function dispose(): void {}
