// Actions to frames: SPDY/3.1 as moby/spdystream has it, or, with windows, as the draft has it.

import type { Codec, CodecOptions, CodecSink, Output, Role, SessionEnd } from "mux-engine";
import { ACK, FIN, Framer, parityIds, SYN, writeU16, writeU24, writeU32 } from "mux-engine";
import type { ErrorCode, Features } from "streams-core";
import { control, credit, sign } from "./frames.js";
import { checkFields, NO_HEADERS, ONE_HEADER, toSpdy } from "./headers/block.js";
import { Deflater } from "./headers/compression.js";
import * as L from "./layout.js";
import { Reader } from "./reader.js";

export interface Tuning {
  readonly flowControl: "none" | "spdy31";
  /** Bytes that all streams together hold unread, without windows. */
  readonly maxBufferedBytes: number;
  readonly refusal: "reply" | "reset";
  readonly peer: NonNullable<CodecOptions["peer"]>;
}

const NOTHING = new Uint8Array(0);

/** What is the peer's fault. */
const BROKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_PROTOCOL",
  "ERR_FLOW_CONTROL",
  "ERR_CALM",
  "ERR_HEADERS_TOO_LARGE",
]);

export class SpdyCodec implements Codec {
  readonly features: Features;
  readonly policy: Codec["policy"];
  readonly ids: Codec["ids"];
  readonly window: number;
  readonly maxFrame: number = L.MAX_LENGTH;
  readonly credit?: NonNullable<Codec["credit"]>;
  readonly admit: NonNullable<Codec["admit"]> = checkFields;
  readonly pong: NonNullable<Codec["pong"]> = (out, token) => void control(out, L.PING, 0, 4, token);
  readonly extension: Codec["extension"] = (out, id, length) => control(out, L.EXTENSION, 0, 4 + length, id);
  readonly #isClient: boolean;
  readonly #tuning: Tuning;
  readonly #reader: Reader;
  readonly #framer: Framer;
  readonly #deflater = new Deflater();

  constructor(role: Role, tuning: Tuning) {
    const isClient = role === "client";
    const windows = tuning.flowControl === "spdy31";
    const [local, remote] = isClient ? [1, 2] : [2, 1];
    this.#isClient = isClient;
    this.#tuning = tuning;
    this.ids = parityIds({ local, remote, step: 2, max: L.MAX_ID });
    this.policy = windows ? { laxEnd: true } : { laxEnd: true, sessionWindow: tuning.maxBufferedBytes };
    const can = { halfClose: true, resetCode: false, ping: true, priority: true, drain: false };
    this.features = { headers: "native", opens: "both", flowControl: windows ? "stream" : "session", ...can };
    if (windows) this.credit = credit;
    this.#reader = new Reader(isClient, windows, this.ids);
    this.#framer = new Framer(this.#reader);
    this.window = this.#reader.window;
  }

  get sendWindow(): number {
    return this.#reader.window;
  }

  get sessionRoom(): number {
    return this.#reader.sessionRoom;
  }

  /** Whether the other end is spdystream, or may be, which needs some care. */
  get #isPlain(): boolean {
    const { ours = this.#tuning.peer === "streams" } = this.#reader;
    return this.credit === undefined && !ours;
  }

  /**
   * A server says nothing before a client's first frame: Kubernetes' clients lose what comes right behind the answer to their upgrade.
   * Where both ends are said to be ours it need not wait with its openings, nor with the sign.
   */
  start(out: Output, signed: boolean): void {
    const reader = this.#reader;
    reader.signed = signed;
    if (!signed) return;
    if (this.#isClient || this.#tuning.peer === "streams") sign(out);
    else reader.waiting = (later) => reader.ours && sign(later);
    if (this.#isClient) control(out, L.PING, 0, 4, L.SIGN_PING);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    if (this.#reader.sink === undefined) this.#reader.check(chunk);
    this.#reader.sink = sink;
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    const fin = flags & FIN ? L.FLAG_FIN : 0;
    if (fin && this.credit !== undefined) this.#reader.ended.add(id);
    const finHere = length === 0 ? fin : 0;
    if (flags & SYN) this.#headers(out, L.SYN_STREAM, finHere, id, block, urgency);
    if (flags & ACK) this.#reply(out, id, finHere, block);
    if (length === 0 && (flags & (SYN | ACK) || !fin)) return;
    this.#reader.sessionRoom -= length;
    const at = out.reserve(L.HEADER);
    writeU32(out.bytes, at, id);
    out.bytes[at + 4] = fin;
    writeU24(out.bytes, at + 5, length);
  }

  /** An original takes any status but 0. */
  reset(out: Output, id: number, code: number): void {
    if (this.#tuning.refusal === "reply" && this.#reader.unreplied.has(id)) this.#reply(out, id, 0, NOTHING);
    control(out, L.RST_STREAM, 0, 8, id, code > 0 && code <= L.LAST_STATUS ? code : L.CANCEL);
  }

  /** A reset alone stops a part of spdystream until its application asks what became of the stream, so a reply goes ahead. */
  refuse(out: Output, id: number, _code: number, block: Uint8Array): void {
    if (this.#tuning.refusal === "reply") this.#reply(out, id, L.FLAG_FIN, block);
    control(out, L.RST_STREAM, 0, 8, id, L.REFUSED_STREAM);
  }

  /** A server's first one, with which every session begins, waits for the client too. */
  ping(out: Output, token: number): void {
    const reader = this.#reader;
    const number = (2 * token + L.FIRST_PING + (this.#isClient ? 1 : 0)) >>> 0;
    if (number === L.FIRST_PING && reader.ours === undefined) reader.waiting = (later) => this.pong(later, number);
    else this.pong(out, number);
  }

  close(out: Output, lastId: number, { failed }: SessionEnd): void {
    const ofFailure = failed !== undefined && BROKEN.has(failed) ? L.GOAWAY_PROTOCOL_ERROR : L.GOAWAY_INTERNAL_ERROR;
    control(out, L.GOAWAY, 0, 8, lastId, failed === undefined ? L.GOAWAY_OK : ofFailure);
  }

  forget(id: number): void {
    this.#reader.unreplied.delete(id);
    this.#reader.ended.delete(id);
  }

  #reply(out: Output, id: number, flags: number, block: Uint8Array): void {
    this.#reader.unreplied.delete(id);
    this.#headers(out, L.SYN_REPLY, flags, id, block);
  }

  #headers(out: Output, type: number, flags: number, id: number, block: Uint8Array, urgency = 0): void {
    const isPlain = this.#isPlain;
    const text = toSpdy(block, this.#reader.ours === false);
    if (isPlain && this.#deflater.endsWindow(text)) {
      // Headers of a stream that there is not: spdystream takes no notice of them.
      this.#write(out, L.HEADERS, 0, L.MAX_ID, text.length > NO_HEADERS.length ? NO_HEADERS : ONE_HEADER);
    }
    // With any other priority than 0, spdystream before v0.2 takes a stream's data ahead of its opening, and drops it.
    this.#write(out, type, flags, id, text, isPlain ? 0 : urgency);
  }

  #write(out: Output, type: number, flags: number, id: number, text: Uint8Array, urgency = 0): void {
    const more = type === L.SYN_STREAM ? 6 : 0;
    const at = control(out, type, flags, 4 + more + this.#deflater.size(text), id);
    if (more > 0) writeU16(out.bytes, at + 4, urgency << 13);
    this.#deflater.write(out.bytes, at + more, text);
  }
}
