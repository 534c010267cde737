// What the hostile peers need of a framed wire: its frames, built by hand and wrong where a script wants it. One file per wire.

import type { Role, SessionOptions } from "mux-engine";
import type { ErrorCode, Mux } from "streams-core";

export interface HostileCodec {
  /** The wire's name in the table of the scorecard. */
  readonly name: string;
  /** Rows that the wire cannot express, and why. Their scripts do not run, and what they alone need may throw. */
  readonly cannot: Readonly<Record<string, string>>;
  /** Sessions of the wire as its package makes them. */
  mux(options: SessionOptions): Mux;
  /** The first and the last stream that each role may open, and what lies between two. */
  readonly ids: Readonly<Record<Role, { readonly first: number; readonly last: number }>>;
  readonly step: number;
  /** Openings may overtake each other: any id that was not used may come. */
  readonly anyOrder?: true;
  /** An opening never has data in its frame: `open` with a payload is two. */
  readonly bareOpening?: true;
  /** The least window that a session can be given, in bytes. */
  readonly leastWindow: number;
  /** The most credit that a stream may hold. */
  readonly mostCredit: number;
  /** What a stream gets for data after its end, and for a second end; undefined where the wire lets them pass. */
  readonly afterEnd: ErrorCode | undefined;
  /** Payload of the largest data frame, where that is less than the window: `data` with more is several. */
  readonly mostPayload?: number;
  /** It has no pings that are answered. */
  readonly noPing?: true;
  /** A peer cannot reset a stream: `reset` is an end. */
  readonly noReset?: true;
  /** A reset, as well as a refusal, is an end like any other, and nothing where this direction has ended. */
  readonly resetIsEnd?: true;
  /** What streams get when the other end closes the session under them. Default: ERR_SESSION_CLOSED. */
  readonly whenClosed?: ErrorCode;
  /** Bytes that break one rule each. */
  readonly faults: readonly Fault[];

  /** What a peer of that role says first; its streams may send `window` bytes. */
  preface(from: Role, window?: number): Uint8Array;
  open(id: number, payload?: Uint8Array): Uint8Array;
  /** The answer to an opening. Empty where the wire has none. */
  accept(id: number): Uint8Array;
  data(id: number, payload: Uint8Array): Uint8Array;
  end(id: number): Uint8Array;
  reset(id: number): Uint8Array;
  /** What makes the receiver give up a stream that it has accepted: a stop, or whatever the wire has of the kind. */
  provokeReset(id: number): Uint8Array;
  credit(id: number, bytes: number): Uint8Array;
  ping(token: number): Uint8Array;
  pong(token: number): Uint8Array;

  /** Where frames depend on who sends them and on those before: makes them what a peer of that role says next. */
  speaker?(from: Role): (frames: Uint8Array) => Uint8Array;
  /** Understands what a session of that role sends. */
  reader(from: Role): (chunk: Uint8Array) => Seen[];
  /** The code in the wire's last frame for a session that ended with the error; undefined where it says none. */
  closeCode(error: ErrorCode): number | undefined;
}

/** What a peer of a server does wrong. */
export interface Fault {
  readonly row: string;
  /** Continues "a peer that …". */
  readonly does: string;
  readonly bytes: Uint8Array;
  /** What the session ends with. */
  readonly code: ErrorCode;
  /** Whether the bytes come instead of the peer's preface. */
  readonly first?: boolean;
}

/** A frame that the session sent. */
export interface Seen {
  readonly kind: "data" | "reset" | "refuse" | "abort" | "credit" | "ping" | "pong" | "drain" | "close" | "other";
  /** The stream; 0 for the session. */
  readonly id: number;
  /** The code, the token or the credit; for data its bytes. */
  readonly value: number;
  /** Whether a direction ends with it. */
  readonly end: boolean;
}
