// A wire of others as the engine sees it: its frames, and what it leaves unsaid. `bilingual` makes a `Wire` of it that speaks to the
// original in its own words, and to another end of ours the rest too, in extension frames.

import type { Features } from "streams-core";
import type { Output } from "./output.js";
import type { Policy } from "./policy.js";
import type { Ids, Role, SessionEnd, Sink } from "./wire.js";

/** Writes and reads the frames of a wire as its original has them. */
export interface Codec {
  /** What the wire can do towards its original. */
  readonly features: Features;
  readonly policy: Policy;
  readonly ids: Ids;
  /** Bytes that each end may send on a new stream; Infinity where the wire has no windows. */
  readonly window: number;
  /** As `window`, between our own ends: where that is an option, they cannot know each other's. Default `window`, and 256 KiB at most. */
  readonly ownWindow?: number;
  /** Payload of the largest data frame that the original takes. */
  readonly maxFrame: number;
  /** Payload of the largest data frame between our own ends. Default `maxFrame`. */
  readonly ownMaxFrame?: number;
  /**
   * Bytes that this end may send on a new stream towards the original, if it is not as much. May change with the original's first frame,
   * before `recognized`. Default `window`.
   */
  readonly sendWindow?: number;

  /** What goes first: what the wire starts with, if anything, and, `signed`, the sign that only an end of ours understands. */
  start(out: Output, signed: boolean): void;
  /** @throws StreamsError ERR_PROTOCOL, ERR_WRONG_PROTOCOL, …: the session ends with it */
  receive(chunk: Uint8Array, sink: CodecSink): void;
  /**
   * The head of a data frame, whose `length` payload bytes the engine appends.
   * @param flags SYN opens the stream, ACK accepts it, FIN (unless `policy.endApart`) ends this direction after the payload. With
   * neither payload nor a flag that the wire knows, nothing need be written.
   * @param block with SYN and ACK: the headers that `admit` let pass; empty towards our own ends, unless `features.headers` is native
   */
  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void;
  /** With `policy.endApart`. */
  end?(out: Output, id: number): void;
  /** The peer may send so many bytes more on the stream. Absent where the wire has no windows. */
  readonly credit?: ((out: Output, id: number, bytes: number) => void) | undefined;
  /** Ends both directions, as near as the wire comes to it. */
  reset(out: Output, id: number, code: number): void;
  refuse(out: Output, id: number, code: number, block: Uint8Array): void;
  /** Written for a stream of the original's as soon as it arrived, long before anybody decides about it. */
  readonly acknowledge?: ((out: Output, id: number) => void) | undefined;
  ping?(out: Output, token: number): void;
  pong?(out: Output, token: number): void;
  /** With `policy.beaconInterval`. */
  beacon?(out: Output): void;
  drain?(out: Output, lastId: number): void;
  /** The last frames, if the wire has any. */
  close(out: Output, lastId: number, end: SessionEnd): void;
  /**
   * Reserves an extension frame, which only our own ends get, with a body of `length` bytes, at most `MAX_EXTENSION`.
   * @returns where in `out.bytes` the body begins
   */
  extension(out: Output, id: number, length: number): number;
  /** The original can be told these headers of a new stream. Absent: none at all. @throws ERR_UNSUPPORTED, ERR_HEADERS_INVALID */
  admit?(block: Uint8Array): void;
  /** A stream is over: nothing kept of it is needed any more. */
  forget?(id: number): void;
  /** Bytes that all streams together may send now, where the wire has a window for the session. `data` counts them down. */
  readonly sessionRoom?: number;
}

/** The body of the largest extension frame: one number, a header block and a few bytes about it. */
export const MAX_EXTENSION: number = 16384 + 16;

/** What a codec tells. Beyond what every wire says: */
export interface CodecSink extends Omit<Sink, "hello"> {
  /** Called once, with the first frame and before anything else it means: whether that frame was the sign of our own. */
  recognized(ours: boolean): void;
  /** An extension frame. The body is the sink's to keep. */
  extension(id: number, body: Uint8Array): void;
}

export interface CodecOptions {
  /**
   * Who is at the other end: "auto" finds out by the sign, "stock" is the original or whatever else speaks exactly its protocol,
   * "streams" an end of ours. Default "auto".
   */
  readonly peer?: "auto" | "stock" | "streams";
  /**
   * Milliseconds without a word of the peer after which "auto" takes it for the original. Default 5,000: an end of ours may be a process
   * that has yet to start. Infinity: silence tells nothing, and ends the session after `handshakeTimeout`.
   */
  readonly signTimeout?: number;
}

export type MakeCodec = (role: Role) => Codec;
