// The peers by name, and which workloads each can do.

/// <reference path="./peers/untyped.d.ts" />

import type { Peer } from "./peer.js";
import { WORKLOADS, type WorkloadName } from "./workloads.js";

export interface Entry {
  readonly name: string;
  readonly workloads: ReadonlySet<WorkloadName>;
  /** Loaded in the processes that run it only. */
  readonly peer: (() => Promise<Peer>) | { readonly go: string };
  /** The client starts its server, and the two talk over its standard streams. */
  readonly ownServer?: true;
  /** Idle streams it can have at most: a connection takes a file descriptor in both processes. */
  readonly idleAtMost?: number;
}

const BULK = ["bulk1", "bulk32", "bulk1000"] as const;
const ECHOES = ["openecho", "openecho-headers", "openecho-idle"] as const;
const LINE = ["bulk1", ...ECHOES, "pingpong", "smallwrites", "hol"] as const;
const STREAMS = [...BULK, "openecho", "pingpong", "smallwrites", "hol", "mem"] as const;
const HEADERS = [...STREAMS, "openecho-headers"] as const;
const WINDOW = 16 * 1024 * 1024;

/** In the order of the table. */
export const PEERS: readonly Entry[] = [
  entry("raw", [...LINE, "bulk32", "bulk1000", "long"], () => import("./peers/raw.js").then((m) => m.raw)),
  entry("raw-corked", ECHOES, () => import("./peers/raw.js").then((m) => m.rawCorked)),
  entry("tcp-per-request", ["openecho", "mem"], () => import("./peers/raw.js").then((m) => m.tcpPerRequest), {
    idleAtMost: 8000,
  }),
  entry("native", WORKLOADS, () => import("./peers/native.js").then((m) => m.nativePeer)),
  entry("native-duplex", STREAMS, () => import("./peers/native-duplex.js").then((m) => m.nativeDuplex)),
  entry("native-web", STREAMS, () => import("./peers/native-web.js").then((m) => m.nativeWeb)),
  entry("ws", LINE, () => import("./peers/ws.js").then((m) => m.wsPeer)),
  entry("native-ws", HEADERS, () => import("./peers/native-ws.js").then((m) => m.nativeWs)),
  entry("pipe", LINE, () => import("./peers/pipe-alone.js").then((m) => m.pipeAlone), { ownServer: true }),
  entry("native-stdio", HEADERS, () => import("./peers/native-stdio.js").then((m) => m.nativeStdio), {
    ownServer: true,
  }),
  entry("http2", [...HEADERS, "long"], () => import("./peers/http2.js").then((m) => m.http2Peer())),
  entry("mux-http2", [...HEADERS, "long"], () => import("./peers/mux-http2.js").then((m) => m.muxHttp2())),
  entry("http2-16m", [...HEADERS, "long"], () => import("./peers/http2.js").then((m) => m.http2Peer(WINDOW))),
  entry("mux-http2-16m", [...HEADERS, "long"], () => import("./peers/mux-http2.js").then((m) => m.muxHttp2(WINDOW))),
  entry("ssh2", [...STREAMS, "long"], () => import("./peers/ssh2.js").then((m) => m.ssh2Peer)),
  entry("mux-ssh", [...HEADERS, "long"], () => import("./peers/mux-ssh.js").then((m) => m.muxSsh)),
  entry("yamux-js", [...STREAMS, "long"], () => import("./peers/yamux.js").then((m) => m.yamuxPeer())),
  entry("yamux-js-16m", [...STREAMS, "long"], () => import("./peers/yamux.js").then((m) => m.yamuxPeer(WINDOW))),
  entry("mux-yamux", WORKLOADS, () => import("./peers/mux-yamux.js").then((m) => m.muxYamux("auto"))),
  entry("mux-yamux-stock", [...STREAMS, "long"], () => import("./peers/mux-yamux.js").then((m) => m.muxYamux("stock"))),
  entry("multiplex", [...STREAMS, "long"], () => import("./peers/multiplex.js").then((m) => m.multiplexPeer)),
  entry("protomux", [...STREAMS, "long"], () => import("./peers/protomux.js").then((m) => m.protomuxPeer)),
  entry("bpmux", [...STREAMS.filter((one) => one !== "bulk1000"), "long"], () =>
    import("./peers/bpmux.js").then((m) => m.bpmuxPeer),
  ),
  entry("spdy-transport", STREAMS, () => import("./peers/spdy.js").then((m) => m.spdyPeer)),
  entry("go-yamux", [...STREAMS, "long"], { go: "yamux" }),
  entry("go-smux", [...STREAMS, "long"], { go: "smux" }),
  entry("go-muxado", [...STREAMS, "long"], { go: "muxado" }),
];

export function peerNamed(name: string): Entry {
  const found = PEERS.find((peer) => peer.name === name);
  if (found === undefined) {
    throw new Error(`There is no peer "${name}"; there are ${PEERS.map((peer) => peer.name).join(", ")}.`);
  }
  return found;
}

function entry(
  name: string,
  workloads: readonly WorkloadName[],
  peer: Entry["peer"],
  more: Pick<Entry, "ownServer" | "idleAtMost"> = {},
): Entry {
  return { name, workloads: new Set(workloads), peer, ...more };
}
