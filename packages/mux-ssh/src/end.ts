// One end of an SSH connection as the session sees it: what can be opened, what was offered, what happened. Client and server differ
// in how ssh2 names these things, and in nothing that the session needs to know.

import type { Channel } from "ssh2";
import type { StreamsError } from "streams-core";

/** What a channel leads to. */
export type Target =
  | {
      readonly type: "tcp";
      readonly host: string;
      readonly port: number;
      readonly originHost: string;
      readonly originPort: number;
    }
  | { readonly type: "unix"; readonly path: string }
  | {
      readonly type: "session";
      readonly request: "exec" | "shell" | "subsystem";
      /** The command or the name of the subsystem. */
      readonly text: string;
      readonly env: Readonly<Record<string, string>>;
    };

/** A channel that the peer wants to open. */
export interface Offer {
  readonly target: Target;
  accept(): Channel;
  reject(): void;
}

/** What the session can tell its end to do. Nothing throws once the connection is gone. */
export interface End {
  open(target: Target, opened: (error: Error | undefined, channel: Channel | undefined) => void): void;
  /** Tells the peer that the connection ends, and ends it after what was written. */
  disconnect(): void;
  /** Agrees on new keys. Only a server can begin that with ssh2. */
  rekey(): void;
}

/** What the end tells the session. */
export interface EndEvents {
  /** The peer is logged in. */
  ready(): void;
  /** Channels may be opened now: at once for a client, when the client asked for a forward for a server. */
  openable(): void;
  offer(offer: Offer): void;
  failed(error: StreamsError): void;
}

/** The destination that our own ends mean each other by; .invalid never resolves (RFC 2606). */
export const OUR_HOST = "streams.invalid";
export const STREAM_PORT = 1;
export const CONTROL_PORT = 2;

export function isOurs(target: Target): target is Extract<Target, { type: "tcp" }> {
  return target.type === "tcp" && target.host === OUR_HOST;
}
