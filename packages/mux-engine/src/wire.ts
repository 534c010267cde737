// What a wire is to the engine: bytes in to events, actions to bytes out. Everything else about a session is the engine's.

import type { ErrorCode, Features } from "streams-core";
import type { Output } from "./output.js";

export type Role = "client" | "server";

/** What a frame with stream data also says. */
export const SYN = 1;
export const FIN = 2;

export interface Ids {
  /** The first id this end opens, and the first one the peer opens. */
  readonly local: number;
  readonly remote: number;
  readonly step: number;
  /** The last id that either end may open. */
  readonly max: number;
}

/** Writes frames. Ids are known to be valid and lengths to fit the peer's limits. */
export interface Wire {
  readonly features: Features;
  readonly ids: Ids;
  /** Bytes that a stream may send before the peer's parameters are known. */
  readonly earlyCredit: number;
  /** The largest data frame before the peer's parameters are known. */
  readonly earlyFrame: number;

  /** What goes first. */
  start(out: Output): void;
  /**
   * Reads bytes and tells the sink what they say.
   * @throws StreamsError ERR_PROTOCOL, ERR_WRONG_PROTOCOL, …: the session ends with it
   */
  receive(chunk: Uint8Array, sink: Sink): void;

  /**
   * The head of a data frame, whose `length` payload bytes the engine appends.
   * @param flags SYN opens the stream or accepts it, FIN ends this direction after the payload
   * @param block with SYN, the headers
   */
  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void;
  credit(out: Output, id: number, bytes: number): void;
  reset(out: Output, id: number, code: number): void;
  refuse(out: Output, id: number, code: number, block: Uint8Array): void;
  /** Asks the peer to end its direction. */
  stop(out: Output, id: number, code: number): void;
  /** Ends this direction without an end. */
  abort(out: Output, id: number, code: number): void;
  ping(out: Output, token: number): void;
  pong(out: Output, token: number): void;
  /** No new streams; those up to `lastId` of the peer's live on. */
  drain(out: Output, lastId: number): void;
  /** The session ends here, because the application said so with its code, or because it `failed` with an ErrorCode. */
  close(out: Output, lastId: number, end: SessionEnd): void;
}

export interface SessionEnd {
  readonly code: number;
  readonly reason: string;
  readonly failed: ErrorCode | undefined;
}

/** What a peer announces about itself. */
export interface PeerParameters {
  /** Bytes that each stream may send it at first; not less than `earlyCredit`. */
  readonly window: number;
  /** Payload of the largest data frame it takes. */
  readonly maxFrame: number;
}

/** What the peer said. The views are the sink's to keep. */
export interface Sink {
  /** The peer speaks this wire. */
  hello(parameters: PeerParameters): void;
  /** A stream opened, with `length` payload bytes to follow in this frame. */
  open(id: number, block: Uint8Array, urgency: number, length: number): void;
  /** A stream of ours was accepted. */
  accept(id: number, block: Uint8Array): void;
  /** A data frame of `length` bytes begins; its payload follows in `data`, its end in `dataEnd`. */
  dataStart(id: number, length: number): void;
  data(payload: Uint8Array): void;
  dataEnd(fin: boolean): void;
  credit(id: number, bytes: number): void;
  reset(id: number, code: number): void;
  refuse(id: number, code: number, block: Uint8Array): void;
  stop(id: number, code: number): void;
  abort(id: number, code: number): void;
  ping(token: number): void;
  pong(token: number): void;
  drain(lastId: number): void;
  close(lastId: number, code: number, reason: string, failed: boolean): void;
}
