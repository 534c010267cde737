// What a wire is to the engine: bytes in to events, actions to bytes out. Everything else about a session is the engine's.

import type { ErrorCode, Features } from "streams-core";
import type { Output } from "./output.js";
import type { Policy } from "./policy.js";

export type Role = "client" | "server";

/** What a frame with stream data also says: that it opens the stream, ends this direction of it, accepts it. */
export const SYN = 1;
export const FIN = 2;
export const ACK = 4;

/** Which ids streams have, and which were used. */
export interface Ids {
  /** The last id that the peer opened; 0 before the first. */
  readonly lastRemote: number;
  /** The id for a new stream of ours; undefined when there are none left. */
  take(): number | undefined;
  /** The peer opens a stream: whether it may have this id now, which is then used. */
  open(id: number): boolean;
  /** Whether the id is of a stream that is or was open. */
  wasUsed(id: number): boolean;
}

/** Writes frames. Ids are known to be valid and lengths to fit the peer's limits. */
export interface Wire {
  readonly features: Features;
  readonly ids: Ids;
  /** Bytes that a stream may send before the peer's parameters are known. */
  readonly earlyCredit: number;
  /** The largest data frame before the peer's parameters are known. */
  readonly earlyFrame: number;
  /** What is otherwise than on our own wire. May change with `hello`, as what is optional below may come and go with it. */
  readonly policy?: Policy;
  /** Whether openings wait for `hello`. */
  readonly holdsOpenings?: boolean;
  /** The peer's parameters if nothing needs to be heard of it first. */
  readonly known?: PeerParameters;
  /** Milliseconds of silence after the start that say who the peer is, too: `silence` then gives its parameters. */
  readonly patience?: number;
  readonly silence?: (() => PeerParameters) | undefined;
  /** Bytes that a new stream of the peer's may send unread, if the wire gives it more than the session's `initialWindow`. */
  readonly leastWindow?: number;
  /** Bytes that all streams together may send now. Absent: as many as each of them. */
  readonly sessionRoom?: number;

  /** What goes first. */
  start(out: Output): void;
  /**
   * Reads bytes and tells the sink what they say.
   * @throws StreamsError ERR_PROTOCOL, ERR_WRONG_PROTOCOL, …: the session ends with it
   */
  receive(chunk: Uint8Array, sink: Sink): void;

  /**
   * The head of a data frame, whose `length` payload bytes the engine appends.
   * @param flags SYN opens the stream, ACK accepts it, FIN (unless `policy.endApart`) ends this direction after the payload
   * @param block with SYN and ACK, the headers
   */
  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void;
  /** With `policy.endApart`: ends this direction. */
  readonly end?: ((out: Output, id: number) => void) | undefined;
  /** Absent where streams have no windows. */
  readonly credit?: ((out: Output, id: number, bytes: number) => void) | undefined;
  reset(out: Output, id: number, code: number): void;
  refuse(out: Output, id: number, code: number, block: Uint8Array): void;
  /** Tells the opener that its stream arrived, before anybody decides about it. */
  readonly acknowledge?: ((out: Output, id: number) => void) | undefined;
  /** Asks the peer to end its direction. Absent: it finds out when its window is full. */
  readonly stop?: ((out: Output, id: number, code: number) => void) | undefined;
  /** Ends this direction without an end. */
  readonly abort?: ((out: Output, id: number, code: number) => void) | undefined;
  readonly ping?: ((out: Output, token: number) => void) | undefined;
  readonly pong?: ((out: Output, token: number) => void) | undefined;
  /** With `policy.beaconInterval`: a sign of life. */
  readonly beacon?: ((out: Output) => void) | undefined;
  /** No new streams; those up to `lastId` of the peer's live on. Absent: they are refused as they come. */
  readonly drain?: ((out: Output, lastId: number) => void) | undefined;
  /** The session ends here, because the application said so with its code, or because it `failed` with an ErrorCode. */
  close(out: Output, lastId: number, end: SessionEnd): void;
  /** Whether the peer can be told these headers of a new stream. Absent: all. @throws ERR_UNSUPPORTED, ERR_HEADERS_INVALID */
  readonly admit?: ((block: Uint8Array) => void) | undefined;
  /** A stream is over: nothing kept of it is needed any more. */
  readonly forget?: ((id: number) => void) | undefined;
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
  /** Negative where the wire takes credit back. */
  credit(id: number, bytes: number): void;
  reset(id: number, code: number): void;
  refuse(id: number, code: number, block: Uint8Array): void;
  stop(id: number, code: number): void;
  abort(id: number, code: number): void;
  ping(token: number): void;
  pong(token: number): void;
  drain(lastId: number): void;
  close(lastId: number, code: number, reason: string, failed: boolean): void;
  /** Sends something that the peer provoked, ahead of all data. */
  answer(write: (out: Output) => void): void;
  /** `sessionRoom` grew. */
  room(): void;
}
