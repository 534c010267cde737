// What a wire says of one of its originals, so that the common cases can be tried against it.

import type { Conn, HeaderInit, Mux, StreamProvider } from "streams-core";
import { goProgram, moduleVersion } from "./go.js";
import { GoPeer } from "./go-peer.js";
import type { Peer, Role } from "./peer.js";

export interface Original {
  /** As its users call it: `hashicorp/yamux`. */
  readonly name: string;
  readonly version: string;
  /** Starts it, dialling the port. Resolves once its session is made. */
  start(options: StartOptions): Promise<Peer>;
  /** Our end. */
  mux(role: Role): Mux;
  /** Which ends may open streams towards this original. Default: both. */
  readonly opens?: "both" | "client";
  /** Whether one direction can end while the other goes on. Default: yes. Otherwise the common cases agree on lengths instead of ends. */
  readonly halfClose?: boolean;
  /** Streams that may wait for its program to accept them, where they are fewer than the 50 of the common cases. */
  readonly backlog?: number;
  /** What ours opens streams with in the common cases. */
  readonly ourHeaders?: HeaderInit;
  /** What the peer is given to open streams with in the common cases. */
  readonly openArgs?: unknown;
  /** What it is configured with, where a case says nothing else. */
  config?(role: Role): unknown;
  /** How it sees that we reset a stream. Default: as an error. */
  readonly seesReset?: Sight;
  /** How it sees that our listener refuses a stream. Default: as an error. */
  readonly seesRefusal?: Sight;
  /** What we see when its program resets a stream with code 5. Absent where it has no call for that. */
  readonly resets?: { readonly seen: Sight };
  /** Common cases that do not apply, by name, and why. */
  readonly except?: Readonly<Record<string, string>>;
}

/** An error, with a code if one is told, or an end like any other. */
export type Sight = "error" | "end" | { readonly code: number };

export interface StartOptions {
  /** The peer's own. */
  readonly role: Role;
  readonly port: number;
  readonly config?: unknown;
}

/** One try of an original and its role: what a case is written with. */
export interface Case {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Roles of our end. Default: both. */
  readonly roles?: readonly Role[];
  /** Names of the originals. Default: all of the wire. */
  readonly originals?: readonly string[];
  /** Milliseconds it may take. Default 30,000. */
  readonly limit?: number;
  run(t: Trial): Promise<void>;
}

/** What a case has at hand. All it starts is ended after it. */
export interface Trial {
  /** The role of our end. */
  readonly role: Role;
  readonly original: Original;
  /** Starts the peer with a session of ours at the other end. */
  start(options?: TrialOptions): Promise<Pair>;
  /** Starts the peer with bare bytes at the other end, for what no mux of ours would send. */
  raw(options?: Pick<TrialOptions, "config">): Promise<RawPair>;
  /** The original itself hangs or breaks here: says what it does, and what we do. The case then counts as recorded. */
  record(what: string): void;
}

export interface TrialOptions {
  readonly config?: unknown;
  readonly mux?: Mux;
}

export interface Pair {
  readonly session: StreamProvider;
  readonly peer: Peer;
}

export interface RawPair {
  readonly conn: Conn;
  readonly peer: Peer;
}

/** What src/wires/<wire>.ts exports as `wire`. */
export interface Wire {
  /** As the README's table calls it. */
  readonly name: string;
  readonly originals: readonly Original[];
  /** Beside the common ones. */
  readonly cases: readonly Case[];
  /** Both ends ours, for the features of the table. */
  ours(role: Role): Mux;
  /** Both ends ours and behaving as towards an original, for the features of the table. */
  stock(role: Role): Mux;
}

export interface GoOriginal {
  /** Below go/. */
  readonly folder: string;
  /** The name that its main.go gave it. */
  readonly impl: string;
  /** The module that it is, for its version. */
  readonly module: string;
  /** Beside main.go, with other versions than go.mod has. */
  readonly modfile?: string;
}

/** An original in Go. */
export function goOriginal({ folder, impl, module, modfile }: GoOriginal): Pick<Original, "version" | "start"> {
  return {
    version: moduleVersion(folder, module, modfile),
    async start(options) {
      const peer = new GoPeer({ program: await goProgram(folder, modfile), impl, ...options });
      try {
        await peer.ready;
      } catch (error) {
        await peer.dispose();
        throw error;
      }
      return peer;
    },
  };
}
