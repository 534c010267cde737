// Every mux, what its sessions say they can do, and which cases its wire or library makes impossible.

import { http2 } from "mux-http2";
import { mio } from "mux-mio";
import { muxado } from "mux-muxado";
import { muxado1 } from "mux-muxado/v1";
import { native } from "mux-native";
import { smux } from "mux-smux";
import { spdy } from "mux-spdy";
import { generateKeys, ssh } from "mux-ssh";
import { yamux } from "mux-yamux";
import { EVERYTHING, type ProviderSetup } from "streams-conformance";
import type { Mux } from "streams-core";

export type Manifest = Pick<ProviderSetup, "features" | "exceptions" | "limits" | "scale">;

export interface Entry extends Manifest {
  readonly mux: () => Mux;
}

/** The other end may be a process that takes its time to start. */
const PATIENT = { signTimeout: 30_000 };

/** They share an engine with native, whose heavy cases are as heavy as can be. */
const OTHERS = { scale: 0.1 };

const keys = generateKeys();

export const muxes: Readonly<Record<string, Entry>> = {
  native: { mux: () => native(), features: EVERYTHING },
  yamux: {
    mux: () => yamux(PATIENT),
    ...OTHERS,
    features: { ...EVERYTHING, headers: "preamble" },
    limits: { backlog: 256 },
  },
  spdy: { mux: () => spdy(PATIENT), ...OTHERS, features: EVERYTHING },
  smux: { mux: () => smux({ version: 2, ...PATIENT }), ...OTHERS, features: { ...EVERYTHING, headers: "preamble" } },
  smux1: { mux: () => smux(PATIENT), ...OTHERS, features: { ...EVERYTHING, headers: "preamble" } },
  mio: { mux: () => mio(PATIENT), ...OTHERS, features: { ...EVERYTHING, headers: "preamble" } },
  muxado: { mux: () => muxado(PATIENT), ...OTHERS, features: { ...EVERYTHING, headers: "preamble" } },
  muxado1: { mux: () => muxado1(PATIENT), ...OTHERS, features: { ...EVERYTHING, headers: "preamble" } },
  http2: { mux: () => http2(), features: { ...EVERYTHING, priority: false } },
  ssh: {
    mux: () =>
      ssh({
        username: "matrix",
        password: "matrix",
        hostKey: keys.fingerprint,
        hostKeys: [keys.privateKey],
        users: { matrix: { password: "matrix" } },
      }),
    features: { ...EVERYTHING, headers: "preamble", priority: false },
  },
};
