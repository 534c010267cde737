// What a case of a session works with.

import type { Features, HeaderInit, Listener, NewStreamOptions, Stream, StreamProvider } from "streams-core";
import type { Case } from "../case.js";
import type { Tools } from "../tools/index.js";
import type { ProviderLimits } from "./setup.js";

/** A session with its ends named by what they do in the case: each case runs with the client as opener and, if it can, the server. */
export interface Session {
  readonly opener: StreamProvider;
  readonly accepter: StreamProvider;
  cut(): void;
}

export interface ProviderScene extends Tools {
  readonly features: Features;
  readonly limits: ProviderLimits;
  readonly scale: number;
  session(): Promise<Session>;
  newStream(session: StreamProvider, headers?: HeaderInit, options?: NewStreamOptions): Promise<Stream>;
  /** The next inbound stream; fails when there is none. */
  accept(listener: Listener): Promise<Stream>;
  /** Opens a stream and accepts it: the opener's end and the accepter's. */
  connect(
    opener: StreamProvider,
    listener: Listener,
    headers?: HeaderInit,
    options?: NewStreamOptions,
  ): Promise<[near: Stream, far: Stream]>;
  dispose(): Promise<void>;
}

export interface ProviderCase extends Case<Features, ProviderScene> {
  /** It is not run a second time with the server as opener. */
  readonly symmetric?: boolean;
}

export const needsHeaders = ({ headers }: Features): string | undefined =>
  headers === "none" ? "nothing carries headers, replies and refusals (features.headers)" : undefined;

export const needsBoth = ({ opens }: Features): string | undefined =>
  opens === "both" ? undefined : "only the client opens streams (features.opens)";

export const needsStreamFlow = ({ flowControl }: Features): string | undefined =>
  flowControl === "stream" ? undefined : "an unread stream may hold up its siblings (features.flowControl)";
