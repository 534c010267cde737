// What the two ends of a session do differently: how it starts, and how streams are opened.

import type { ClientHttp2Stream, Http2Session, ServerHttp2Stream } from "node:http2";
import type { Priority, StreamsError } from "streams-core";
import type { Settled } from "./options.js";
import type { Pipe } from "./pipe.js";
import type { H2Stream, StreamHost } from "./stream.js";

export interface Side {
  /** Begins to speak. */
  start(): void;
  /** The peer's settings came, and `ours` is known. */
  greeted(): void;
  /** @throws ERR_HEADERS_TOO_LARGE, ERR_STREAMS_EXHAUSTED, ERR_UNSUPPORTED */
  open(headers: Headers | undefined, priority: Priority | undefined): H2Stream;
  /** Streams opened here that are not on the wire yet. */
  readonly unopened: number;
  /** They never will be. */
  drop(error: StreamsError): void;
  /** The stream is over; it may have been one of them. */
  forget(stream: H2Stream): void;
  /** Whether this end opened the stream after the last one that the peer says it has seen. */
  above(stream: H2Stream, lastId: number): boolean;
  /** The session drains or is over: requests that nobody needs any more go. */
  stop(): void;
}

/** What a side asks of its session. */
export interface SideHost extends StreamHost {
  readonly options: Settled;
  readonly pipe: Pipe;
  /** Adopts the node:http2 session. */
  use(wire: Http2Session): void;
  /** The first bytes of the peer, where they can be seen. */
  sees(bytes: Uint8Array): void;
  /** A stream opened here. */
  add(stream: H2Stream): void;
  /** A stream of the peer's. */
  arrive(stream: H2Stream, wire: ClientHttp2Stream | ServerHttp2Stream): void;
  fail(error: StreamsError): void;
}
