// All that this example knows of backends: how each part is set up, which combinations to run, and where each one listens.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { http2 } from "mux-http2";
import { mio } from "mux-mio";
import { muxado } from "mux-muxado";
import { muxado1 } from "mux-muxado/v1";
import { native } from "mux-native";
import { smux } from "mux-smux";
import { spdy } from "mux-spdy";
import { fingerprint, ssh } from "mux-ssh";
import { yamux } from "mux-yamux";
import { type Backend, type Backends, type Mux, memory, over } from "streams-core";
import { stdio } from "transport-stdio";
import { tcp, tls, unix } from "transport-tcp";
import { ws, wss } from "transport-websocket";

// Anyone can read this key: it shows how TLS and SSH are set up, and protects nothing.
const cert = readFileSync(new URL("../certificates/localhost.crt", import.meta.url), "utf8");
const key = readFileSync(new URL("../certificates/localhost.key", import.meta.url), "utf8");

/** New in every run; the processes that a run starts inherit it. */
const password = process.env.TUNNEL_PASSWORD ?? randomUUID();
process.env.TUNNEL_PASSWORD = password;

/** Over stdio the other end is a process that takes its time to start. */
const PATIENT = { signTimeout: 30_000 };

const muxes = {
  native: native(),
  yamux: yamux(PATIENT),
  smux: smux({ version: 2, ...PATIENT }),
  smux1: smux(PATIENT),
  spdy: spdy(PATIENT),
  muxado: muxado(PATIENT),
  muxado1: muxado1(PATIENT),
  mio: mio(PATIENT),
  http2: http2(),
  ssh: ssh({
    hostKeys: [key],
    users: { tunnel: { password } },
    hostKey: fingerprint(key),
    username: "tunnel",
    password,
  }),
};

/** Over stdio whoever dials starts the other side, as a child process: here the public side. */
function overStdio(name: string, mux: Mux): [string, Backend] {
  const scheme = `${name}+stdio`;
  const script = fileURLToPath(new URL("run-public.js", import.meta.url));
  return [scheme, over(mux, stdio({ command: process.execPath, args: [script, `${scheme}:`], stderr: "ignore" }))];
}

export const backends: Backends = {
  ...muxes,
  memory: memory(),
  tcp: tcp(),
  tls: tls({ ca: cert, cert, key }),
  unix: unix(),
  ws: ws(),
  wss: wss({ ca: cert, cert, key }),
  ...Object.fromEntries(Object.entries(muxes).map(([name, mux]) => overStdio(name, mux))),
};

/** Where the public side listens, by transport. `home` is a directory of this run. */
const addresses: Readonly<Record<string, (home: string) => string>> = {
  memory: () => "//tunnel",
  tcp: () => "//127.0.0.1:0",
  tls: () => "//127.0.0.1:0",
  unix: (home) => `//${home}/tunnel.sock`,
  ws: () => "//127.0.0.1:0/tunnel",
  wss: () => "//127.0.0.1:0/tunnel",
  stdio: () => "",
};

/** Every mux over every transport, and muxes over streams of other muxes. */
export const schemes: readonly string[] = [
  ...Object.keys(muxes).flatMap((mux) => Object.keys(addresses).map((transport) => `${mux}+${transport}`)),
  "ssh+native+ws",
  "native+http2+tls",
];

const OFTEN: ReadonlySet<string> = new Set(["native", "http2", "ssh"]);

/** What runs unless others are asked for: the wires of others over the three transports that differ most. */
export const usual: readonly string[] = schemes.filter((scheme) => {
  const [mux = "", transport = ""] = scheme.split("+");
  return OFTEN.has(mux) || ["tcp", "ws", "stdio"].includes(transport);
});

/** @throws RangeError for a transport that is none of the above */
export function address(scheme: string, home: string): string {
  const where = addresses[scheme.split("+").at(-1) ?? ""];
  if (where === undefined) throw new RangeError(`No address is known for ${scheme}.`);
  return `${scheme}:${where(home)}`;
}

/** Whether dialling starts the side that serves. */
export function dialStartsServer(scheme: string): boolean {
  return scheme.endsWith("+stdio");
}

/** Whether both sides must be in one process. */
export function oneProcess(scheme: string): boolean {
  return scheme.endsWith("+memory");
}
