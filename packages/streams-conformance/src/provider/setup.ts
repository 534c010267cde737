// What is needed to run the cases of a session: a way to make a connected pair, and what its wire can do.

import type { Features, StreamProvider } from "streams-core";
import type { Limits } from "../conn/setup.js";

export interface ProviderPair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
  /** Breaks the connection between them as abruptly as it can. */
  cut(): void;
  /** Ends whatever the pair still holds besides the two sessions. */
  dispose(): Promise<void>;
}

export interface ProviderLimits extends Limits {
  /** Streams that may wait to be accepted. Default 128. */
  readonly backlog: number;
  /** Inbound streams at one time. Default 1,000. */
  readonly streams: number;
  /** Header fields. Default 128. */
  readonly headerFields: number;
  /** Bytes of headers that are certainly too many. Default 70,000. */
  readonly headerBytes: number;
}

export interface ProviderSetup {
  readonly name: string;
  /** What the sessions' `features` say. Cases are chosen by it; a claim that is false fails. */
  readonly features: Features;
  /** A fresh connected pair, both `ready`. */
  pair(): Promise<ProviderPair>;
  /**
   * Where the wire's limits are not those of the contract. `unread`: bytes after which a writer waits although nobody reads its
   * stream; default 4 MiB, or 16 MiB where `features.flowControl` is "session".
   */
  readonly limits?: Partial<ProviderLimits>;
  /** What the heavy cases are multiplied with. Default 1: 64 MiB both ways, 10,000 streams one after the other. */
  readonly scale?: number;
  /** Milliseconds that any one thing may take before the case fails. Default 10,000. */
  readonly deadline?: number;
  /** Cases that it does not pass, by name, and why. They are shown as not applicable. */
  readonly exceptions?: Readonly<Record<string, string>>;
}
