// The wires under test, each with limits short enough that a dead peer is found while a test waits.

import { http2 } from "mux-http2";
import { mio } from "mux-mio";
import { muxado } from "mux-muxado";
import { muxado1 } from "mux-muxado/v1";
import { native } from "mux-native";
import { smux } from "mux-smux";
import { spdy } from "mux-spdy";
import { generateKeys, type KeyPair, ssh } from "mux-ssh";
import { yamux } from "mux-yamux";
import type { Mux } from "streams-core";

export type WireName = "native" | "http2" | "ssh" | "yamux" | "smux" | "spdy" | "muxado" | "muxado1" | "mio";

const ALL: readonly WireName[] = ["native", "http2", "ssh", "yamux", "smux", "spdy", "muxado", "muxado1", "mio"];

/** All of them, unless BROKEN_WIRES names some, where time is short. */
export const WIRES: readonly WireName[] = ALL.filter((name) =>
  (process.env.BROKEN_WIRES ?? ALL.join()).split(",").includes(name),
);

/** The other end may be a process that takes its time to start. */
const PATIENT = { signTimeout: Number.POSITIVE_INFINITY };

export interface Limits {
  /** Milliseconds. The defaults are those of the wire. */
  readonly keepaliveInterval?: number;
  readonly keepaliveTimeout?: number;
  /** Only the wires of our own engine have it. */
  readonly writeStallTimeout?: number;
}

/** A peer process is given its private key here, as JSON of a key pair. */
export const KEYS_VARIABLE = "RELIABILITY_KEYS";

/** Made once; a peer process uses those of its parent. */
export function keysOfThisProcess(): KeyPair {
  keys ??= keysGiven() ?? generateKeys();
  return keys;
}

let keys: KeyPair | undefined;

function keysGiven(): KeyPair | undefined {
  const given = process.env[KEYS_VARIABLE];
  return given === undefined ? undefined : JSON.parse(given);
}

export function muxOf(wire: WireName, limits: Limits = {}): Mux {
  const { writeStallTimeout, ...keepalive } = limits;
  if (wire === "native") return native(limits);
  if (wire === "yamux") return yamux({ ...PATIENT, ...limits });
  if (wire === "smux") return smux({ version: 2, ...PATIENT, ...limits });
  if (wire === "spdy") return spdy({ ...PATIENT, ...limits });
  if (wire === "muxado") return muxado({ ...PATIENT, ...limits });
  if (wire === "muxado1") return muxado1({ ...PATIENT, ...limits });
  if (wire === "mio") return mio({ ...PATIENT, ...limits });
  if (wire === "http2") return http2(keepalive);
  const { privateKey, fingerprint } = keysOfThisProcess();
  const login = { username: "reliability", password: "reliability" };
  const users = { reliability: { password: "reliability" } };
  return ssh({ ...keepalive, ...login, hostKey: fingerprint, hostKeys: [privateKey], users });
}
