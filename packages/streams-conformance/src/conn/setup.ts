// What is needed to run the cases of a Conn: a way to make a connected pair, and what the pair can do.

import type { Conn } from "streams-core";

/** What a kind of connection can do. A claim that is false fails. */
export interface ConnFeatures {
  /** One direction can end while the other goes on. */
  readonly halfClose: boolean;
  /** The code given to `reset` reaches the peer. */
  readonly resetCode: boolean;
  /** The peer can tell a reset from a clean end. False for pipes of the system, which know one kind of end only. */
  readonly resetSeen: boolean;
  /** A writer waits when nobody reads. False where the platform has no way to tell, as the browser's WebSocket. */
  readonly backpressure: boolean;
  /** `ConnPair.cut` breaks the connection as no `reset` or `close` of either end would. */
  readonly cut: boolean;
}

export interface ConnPair {
  readonly near: Conn;
  readonly far: Conn;
  /** Breaks the connection as abruptly as it can. Called only if `features.cut`. */
  cut(): void;
  /** Ends whatever the pair still holds. */
  dispose(): Promise<void>;
}

export interface Limits {
  /** Bytes after which a writer waits although nobody reads: windows, buffers of the system and all. */
  readonly unread: number;
  /** Sizes of chunks to try besides the usual ones: the frame and window sizes, each with one byte less and one more. */
  readonly sizes: readonly number[];
}

export interface ConnSetup {
  readonly name: string;
  readonly features: ConnFeatures;
  /** A fresh connected pair. */
  pair(): Promise<ConnPair>;
  /** Default: `unread` 16 MiB, which is what sockets of the system may hold; no further `sizes`. */
  readonly limits?: Partial<Limits>;
  /** What the heavy cases are multiplied with. Default 1: 64 MiB both ways. */
  readonly scale?: number;
  /** Milliseconds that any one thing may take before the case fails. Default 10,000. */
  readonly deadline?: number;
  /** Cases that it does not pass, by name, and why. They are shown as not applicable. */
  readonly exceptions?: Readonly<Record<string, string>>;
}
