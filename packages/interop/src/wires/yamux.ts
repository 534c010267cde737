// mux-yamux against hashicorp/yamux, libp2p's go-yamux and, in this process, @libp2p/yamux.

import { type YamuxOptions, yamux } from "mux-yamux";
import type { Mux } from "streams-core";
import { localPeer } from "../local-peer.js";
import { goOriginal, type Original, type Wire } from "../original.js";
import type { Role } from "../peer.js";
import { versionOf } from "../version-of.js";
import { backlog } from "./yamux/backlog.js";
import { bare } from "./yamux/bare.js";
import { ends } from "./yamux/ends.js";
import { LibP2pSession } from "./yamux/js-libp2p.js";

function mux(_role: Role, options: YamuxOptions = {}): Mux {
  return yamux(options);
}

function inGo(impl: string, module: string, more: Partial<Original> = {}): Original {
  return { name: module.replace("github.com/", ""), ...goOriginal({ folder: "yamux", impl, module }), mux, ...more };
}

const originals: readonly Original[] = [
  inGo("hashicorp", "github.com/hashicorp/yamux"),
  inGo("libp2p", "github.com/libp2p/go-yamux/v5", { seesReset: { code: 5 }, resets: { seen: { code: 5 } } }),
];

/** Needs no Go. */
export const javascript: Original = {
  name: "@libp2p/yamux",
  version: versionOf("@libp2p/yamux"),
  start: ({ role, port }) => localPeer(port, (socket) => new LibP2pSession(socket, role)),
  mux,
  resets: { seen: "error" },
};

const names = originals.map(({ name }) => name);

export const wire: Wire = {
  name: "yamux",
  originals: [...originals, javascript],
  cases: [...backlog, ...ends, ...bare].map((one) => ({ originals: names, ...one })),
  ours: (role) => mux(role),
  stock: (role) => mux(role, { peer: "stock" }),
};
