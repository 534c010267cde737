// Actions to frames: SPDY/3.1 as moby/spdystream has it, or, with windows, as the draft has it.

import {
  ACK,
  type Codec,
  type CodecSink,
  FIN,
  Framer,
  type Ids,
  type Output,
  type Policy,
  parityIds,
  type Role,
  type SessionEnd,
  SYN,
  writeU16,
  writeU24,
  writeU32,
} from "mux-engine";
import type { ErrorCode, Features } from "streams-core";
import { checkFields, toSpdy } from "./headers/block.js";
import { deflate, deflatedSize, endsWindow } from "./headers/compression.js";
import * as L from "./layout.js";
import { Meaning } from "./meaning.js";
import { Reader } from "./reader.js";

export interface Tuning {
  readonly flowControl: "none" | "spdy31";
  /** Bytes that all streams together hold unread, without windows. */
  readonly maxBufferedBytes: number;
  readonly refusal: "reply" | "reset";
}

const NOTHING = new Uint8Array(0);
const NO_HEADERS = Uint8Array.of(0, 0, 0, 0);
const ONE_HEADER = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 120, 0, 0, 0, 0);

/** What is the peer's fault. */
const BROKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_PROTOCOL",
  "ERR_FLOW_CONTROL",
  "ERR_CALM",
  "ERR_HEADERS_TOO_LARGE",
]);

export class SpdyCodec implements Codec {
  readonly features: Features;
  readonly policy: Policy;
  readonly ids: Ids;
  readonly window: number;
  readonly maxFrame: number = L.MAX_LENGTH;
  readonly credit?: (out: Output, id: number, bytes: number) => void;
  readonly #isClient: boolean;
  readonly #refusal: "reply" | "reset";
  /** Without windows, as spdystream, which needs some care. */
  readonly #isPlain: boolean;
  readonly #meaning: Meaning;
  readonly #reader: Reader;
  readonly #framer: Framer;
  /** Bytes of header blocks sent, before they were compressed. */
  #deflated = 0;

  constructor(role: Role, { flowControl, maxBufferedBytes, refusal }: Tuning) {
    const isClient = role === "client";
    const windows = flowControl === "spdy31";
    const [local, remote] = isClient ? [1, 2] : [2, 1];
    this.#isClient = isClient;
    this.#refusal = refusal;
    this.#isPlain = !windows;
    this.ids = parityIds({ local, remote, step: 2, max: L.MAX_ID });
    this.policy = windows ? { laxEnd: true } : { laxEnd: true, sessionWindow: maxBufferedBytes };
    this.features = {
      headers: "native",
      opens: "both",
      flowControl: windows ? "stream" : "session",
      halfClose: true,
      resetCode: false,
      ping: true,
      priority: true,
      drain: false,
    };
    this.window = windows ? L.WINDOW : Number.POSITIVE_INFINITY;
    if (windows) this.credit = writeCredit;
    this.#meaning = new Meaning({ isClient, windows, ids: this.ids, sign: writeSign, credit: writeCredit });
    this.#reader = new Reader(this.#meaning);
    this.#framer = new Framer(this.#reader);
  }

  get sendWindow(): number {
    return this.#meaning.window;
  }

  get sessionRoom(): number {
    return this.#meaning.sessionRoom;
  }

  /** A server says nothing before a client's first frame: Kubernetes' clients lose what comes right behind the answer to their upgrade. */
  start(out: Output, signed: boolean): void {
    this.#meaning.signed = signed;
    if (!signed || !this.#isClient) return;
    writeSign(out);
    control(out, L.PING, 0, 4, L.SIGN_PING);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    if (this.#meaning.sink === undefined) this.#reader.check(chunk);
    this.#meaning.sink = sink;
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    const heads = flags & (SYN | ACK);
    const fin = flags & FIN ? L.FLAG_FIN : 0;
    if (fin && this.credit !== undefined) this.#meaning.ended.add(id);
    if (flags & SYN) this.#open(out, id, length === 0 ? fin : 0, block, urgency);
    if (flags & ACK) this.#reply(out, id, length === 0 ? fin : 0, block);
    if (length === 0 && (heads || !fin)) return;
    this.#meaning.sessionRoom -= length;
    const at = out.reserve(L.HEADER);
    writeU32(out.bytes, at, id);
    out.bytes[at + 4] = fin;
    writeU24(out.bytes, at + 5, length);
  }

  /** An original takes any status but 0. */
  reset(out: Output, id: number, code: number): void {
    if (this.#refusal === "reply" && this.#meaning.unreplied.has(id)) this.#reply(out, id, 0, NOTHING);
    control(out, L.RST_STREAM, 0, 8, id, code > 0 && code <= L.LAST_STATUS ? code : L.CANCEL);
  }

  /** A reset alone stops a part of spdystream until its application asks what became of the stream, so a reply goes ahead. */
  refuse(out: Output, id: number, _code: number, block: Uint8Array): void {
    if (this.#refusal === "reply") this.#reply(out, id, L.FLAG_FIN, block);
    control(out, L.RST_STREAM, 0, 8, id, L.REFUSED_STREAM);
  }

  ping(out: Output, token: number): void {
    control(out, L.PING, 0, 4, (2 * token + L.FIRST_PING + (this.#isClient ? 1 : 0)) >>> 0);
  }

  pong(out: Output, token: number): void {
    control(out, L.PING, 0, 4, token);
  }

  close(out: Output, lastId: number, { failed }: SessionEnd): void {
    const ofFailure = failed !== undefined && BROKEN.has(failed) ? L.GOAWAY_PROTOCOL_ERROR : L.GOAWAY_INTERNAL_ERROR;
    control(out, L.GOAWAY, 0, 8, lastId, failed === undefined ? L.GOAWAY_OK : ofFailure);
  }

  extension(out: Output, id: number, length: number): number {
    return control(out, L.EXTENSION, 0, 4 + length, id);
  }

  admit(block: Uint8Array): void {
    checkFields(block);
  }

  forget(id: number): void {
    this.#meaning.unreplied.delete(id);
    this.#meaning.ended.delete(id);
  }

  #reply(out: Output, id: number, flags: number, block: Uint8Array): void {
    this.#meaning.unreplied.delete(id);
    this.#headers(out, L.SYN_REPLY, flags, id, 0, block);
  }

  #open(out: Output, id: number, flags: number, block: Uint8Array, urgency: number): void {
    const at = this.#headers(out, L.SYN_STREAM, flags, id, 6, block);
    writeU32(out.bytes, at, 0);
    // With any other priority than 0, spdystream before v0.2 takes a stream's data ahead of its opening, and drops it.
    out.bytes[at + 4] = this.#isPlain && this.#meaning.ours !== true ? 0 : urgency << 5;
    out.bytes[at + 5] = 0;
  }

  /** Writes a frame with headers, and returns where the `more` bytes begin that stand before them. */
  #headers(out: Output, type: number, flags: number, id: number, more: number, block: Uint8Array): number {
    const text = toSpdy(block);
    if (this.#isPlain && endsWindow(this.#deflated + text.byteLength)) {
      // Headers of a stream that there is not: spdystream takes no notice of them.
      const padding = text.byteLength === NO_HEADERS.byteLength ? ONE_HEADER : NO_HEADERS;
      this.#deflate(out, L.HEADERS, 0, L.MAX_ID, 0, padding);
    }
    return this.#deflate(out, type, flags, id, more, text);
  }

  #deflate(out: Output, type: number, flags: number, id: number, more: number, text: Uint8Array): number {
    const first = this.#deflated === 0;
    this.#deflated += text.byteLength;
    const at = control(out, type, flags, 4 + more + deflatedSize(text.byteLength, first), id);
    deflate(out.bytes, at + more, text, first);
    return at;
  }
}

/** Writes a control frame but for what follows its first number or two, and returns where that begins. */
function control(out: Output, type: number, flags: number, length: number, first: number, second?: number): number {
  const at = out.reserve(L.HEADER + length);
  const { bytes } = out;
  writeU16(bytes, at, L.CONTROL);
  writeU16(bytes, at + 2, type);
  bytes[at + 4] = flags;
  writeU24(bytes, at + 5, length);
  writeU32(bytes, at + 8, first);
  if (second !== undefined) writeU32(bytes, at + 12, second);
  return at + 12;
}

function writeCredit(out: Output, id: number, bytes: number): void {
  control(out, L.WINDOW_UPDATE, 0, 8, id, bytes);
}

function writeSign(out: Output): void {
  const at = control(out, L.SETTINGS, 0, 12, 1, L.SETTING_SIGN);
  writeU32(out.bytes, at + 4, L.SIGN_VERSION);
}
