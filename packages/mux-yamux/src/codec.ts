// Actions to frames: yamux as hashicorp/yamux and go-yamux write it.

import type { Codec, CodecSink, Output, Role, SessionEnd } from "mux-engine";
import { Framer, gappedIds, SYN, writeU16, writeU32 } from "mux-engine";
import type { ErrorCode, Features } from "streams-core";
import * as L from "./layout.js";
import { Reader } from "./reader.js";

export interface Tuning {
  /** The most that a stream's receive window grows to, in bytes. */
  readonly maxWindow: number;
  /** Streams of ours that wait for their acceptance, at most. */
  readonly acceptBacklog: number;
  /** Whether a drain is said. */
  readonly graceful: boolean;
}

/** What is the peer's fault, and what GO_AWAY has a word for. */
const BROKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["ERR_PROTOCOL", "ERR_FLOW_CONTROL", "ERR_CALM"]);

export class YamuxCodec implements Codec {
  readonly features: Features;
  readonly policy: Codec["policy"];
  readonly ids: Codec["ids"];
  readonly window: number = L.FIRST_WINDOW;
  /** The originals take a frame of any length that the window has room for. */
  readonly maxFrame: number = L.FIRST_WINDOW;
  /** In a frame without data: the originals take an end for seen before they have read the payload beside it. */
  readonly end: NonNullable<Codec["end"]> = (out, id) => frame(out, L.WINDOW_UPDATE, L.FIN, id, 0);
  readonly acknowledge: NonNullable<Codec["end"]> = (out, id) => frame(out, L.WINDOW_UPDATE, L.ACK, id, 0);
  readonly credit: Codec["reset"] = (out, id, bytes) => frame(out, L.WINDOW_UPDATE, 0, id, bytes);
  readonly reset: Codec["reset"] = (out, id, code) => frame(out, L.WINDOW_UPDATE, L.RST, id, code);
  readonly refuse: Codec["reset"] = this.reset;
  readonly ping: NonNullable<Codec["ping"]> = (out, token) => frame(out, L.PING, L.SYN, 0, token);
  readonly pong: NonNullable<Codec["ping"]> = (out, token) => frame(out, L.PING, L.ACK, 0, token);
  readonly drain?: NonNullable<Codec["drain"]>;
  readonly #reader: Reader;
  readonly #framer: Framer;

  constructor(role: Role, { maxWindow, acceptBacklog, graceful }: Tuning) {
    const [local, remote] = role === "client" ? [1, 2] : [2, 1];
    // Several threads of an original open at once: their ids are in order, their frames need not be.
    this.ids = gappedIds({ local, remote, step: 2, max: L.MAX_ID });
    const ends = { endApart: true, laxEnd: true, resetRefuses: true, resetsAtEnd: true, vagueDrain: true };
    this.policy = { ...ends, maxUnaccepted: acceptBacklog };
    const can = { halfClose: true, resetCode: true, ping: true, priority: false, drain: graceful };
    this.features = { headers: "none", opens: "both", flowControl: "stream", ...can };
    if (graceful) this.drain = (out) => frame(out, L.GO_AWAY, 0, 0, L.NORMAL);
    this.#reader = new Reader(maxWindow);
    this.#framer = new Framer(this.#reader);
  }

  start(out: Output, signed: boolean): void {
    this.#reader.signed = signed;
    if (signed) frame(out, L.PING, L.SYN, 0, L.SIGN);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    if (this.#reader.sink === undefined) this.#reader.check(chunk);
    this.#reader.sink = sink;
    this.#framer.feed(chunk);
  }

  /** Whoever accepts a stream says nothing here: `acknowledge` has. */
  data(out: Output, id: number, length: number, flags: number): void {
    if (flags & SYN) frame(out, L.WINDOW_UPDATE, L.SYN, id, 0);
    if (length > 0) frame(out, L.DATA, 0, id, length);
  }

  close(out: Output, _lastId: number, { code, failed }: SessionEnd): void {
    // An application's code must not say that the session failed.
    let reason = code > L.INTERNAL_ERROR ? code : L.NORMAL;
    if (failed !== undefined) reason = BROKEN.has(failed) ? L.PROTOCOL_ERROR : L.INTERNAL_ERROR;
    frame(out, L.GO_AWAY, 0, 0, reason);
  }

  extension(out: Output, id: number, length: number): number {
    frame(out, L.EXTENSION, 0, id, length);
    return out.reserve(length);
  }
}

function frame(out: Output, type: number, flags: number, id: number, length: number): void {
  const at = out.reserve(L.HEADER);
  const { bytes } = out;
  bytes[at] = L.VERSION;
  bytes[at + 1] = type;
  writeU16(bytes, at + 2, flags);
  writeU32(bytes, at + 4, id);
  writeU32(bytes, at + 8, length);
}
