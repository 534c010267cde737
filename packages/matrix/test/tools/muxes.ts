// Every mux, what its sessions say they can do, and which cases its wire or library makes impossible.

import { http2 } from "mux-http2";
import { native } from "mux-native";
import { generateKeys, ssh } from "mux-ssh";
import type { ProviderSetup } from "streams-conformance";
import type { Features, Mux } from "streams-core";

export type Manifest = Pick<ProviderSetup, "features" | "exceptions" | "limits" | "scale">;

export interface Entry extends Manifest {
  readonly mux: () => Mux;
}

const ALL: Features = {
  headers: "native",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

const keys = generateKeys();

export const muxes: Readonly<Record<string, Entry>> = {
  native: { mux: () => native(), features: ALL },
  http2: { mux: () => http2(), features: { ...ALL, priority: false } },
  ssh: {
    mux: () =>
      ssh({
        username: "matrix",
        password: "matrix",
        hostKey: keys.fingerprint,
        hostKeys: [keys.privateKey],
        users: { matrix: { password: "matrix" } },
      }),
    features: { ...ALL, headers: "preamble", priority: false },
  },
};
