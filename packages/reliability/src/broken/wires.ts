// The wires under test, each with limits short enough that a dead peer is found while a test waits.

import { http2 } from "mux-http2";
import { native } from "mux-native";
import { generateKeys, type KeyPair, ssh } from "mux-ssh";
import type { Mux } from "streams-core";

export type WireName = "native" | "http2" | "ssh";

export const WIRES: readonly WireName[] = ["native", "http2", "ssh"];

export interface Limits {
  /** Milliseconds. The defaults are those of the wire. */
  readonly keepaliveInterval?: number;
  readonly keepaliveTimeout?: number;
  /** Only the native wire has it. */
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
  if (wire === "http2") return http2(keepalive);
  const { privateKey, fingerprint } = keysOfThisProcess();
  const login = { username: "reliability", password: "reliability" };
  const users = { reliability: { password: "reliability" } };
  return ssh({ ...keepalive, ...login, hostKey: fingerprint, hostKeys: [privateKey], users });
}
