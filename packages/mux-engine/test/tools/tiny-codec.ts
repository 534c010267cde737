// The smallest wire of others: no headers, no refusal, no codes. What it has of windows and policies is up to the test.

import {
  type Codec,
  type CodecSink,
  FIN,
  Framer,
  gappedIds,
  type Ids,
  type Output,
  type Policy,
  type Role,
  readU32,
  SYN,
  type Syntax,
  writeU32,
} from "mux-engine";
import type { Features } from "streams-core";

const HEAD = 9;
export const SIGN = 0;
export const OPEN = 1;
export const DATA = 2;
export const END = 3;
export const CREDIT = 4;
export const RESET = 5;
export const BEACON = 6;
export const EXTENSION = 7;
export const CLOSE = 8;
export const ACKNOWLEDGE = 9;

export interface TinyOptions {
  readonly window?: number;
  readonly policy?: Policy;
  /** Whether it says of each stream that it has come. */
  readonly acknowledges?: boolean;
}

export class TinyCodec implements Codec, Syntax {
  readonly features: Features;
  readonly policy: Policy;
  readonly ids: Ids;
  readonly window: number;
  readonly maxFrame: number = 16384;
  readonly credit: Codec["credit"];
  readonly acknowledge: Codec["acknowledge"];
  readonly #client: boolean;
  readonly #framer = new Framer(this);
  #sink: CodecSink | undefined;
  #first = true;
  #extension = -1;
  want = HEAD;
  flow = 0;

  constructor(role: Role, { window = 65536, policy = {}, acknowledges = false }: TinyOptions = {}) {
    this.#client = role === "client";
    this.window = window;
    this.policy = { endApart: true, silentAccept: true, laxEnd: true, ...policy };
    const flowControl = Number.isFinite(window) ? "stream" : "session";
    const cannot = { resetCode: false, ping: false, priority: false, drain: false };
    this.features = { headers: "none", opens: "both", flowControl, halfClose: true, ...cannot };
    const [local, remote] = this.#client ? [1, 2] : [2, 1];
    this.ids = gappedIds({ local, remote, step: 2, max: 0x7fffffff });
    if (acknowledges) this.acknowledge = (out, id) => frame(out, ACKNOWLEDGE, id, 0);
    if (Number.isFinite(window)) this.credit = (out, id, bytes) => frame(out, CREDIT, id, bytes);
  }

  start(out: Output, signed: boolean): void {
    if (signed) frame(out, SIGN, 0, 0);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    this.#sink = sink;
    this.#framer.feed(chunk);
  }

  take(bytes: Uint8Array, at: number): void {
    const sink = this.#sink;
    if (this.#extension >= 0) {
      sink?.extension(this.#extension, bytes.slice(at, at + this.want));
      this.#extension = -1;
      this.want = HEAD;
      return;
    }
    const type = bytes[at] ?? 0;
    const id = readU32(bytes, at + 1);
    const value = readU32(bytes, at + 5);
    if (this.#first || type === SIGN) sink?.recognized(type === SIGN);
    this.#first = false;
    if (type === OPEN) {
      sink?.open(id, new Uint8Array(0), 3, 0);
      sink?.dataEnd(false);
    } else if (type === DATA) {
      this.flow = value;
      sink?.dataStart(id, value);
    } else if (type === END) {
      sink?.dataStart(id, 0);
      sink?.dataEnd(true);
    } else if (type === CREDIT) sink?.credit(id, value);
    else if (type === RESET) sink?.reset(id, value);
    else if (type === CLOSE) sink?.close(0x7fffffff, 0, "", false);
    else if (type === EXTENSION) {
      this.#extension = id;
      this.want = value;
    }
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.byteLength;
    this.#sink?.data(payload);
    if (this.flow === 0) this.#sink?.dataEnd(false);
  }

  data(out: Output, id: number, length: number, flags: number): void {
    if (flags & FIN) throw new Error("The end must be apart.");
    if (flags & SYN) frame(out, OPEN, id, 0);
    if (length > 0) frame(out, DATA, id, length);
  }

  end = (out: Output, id: number): void => frame(out, END, id, 0);
  reset = (out: Output, id: number): void => frame(out, RESET, id, 0);
  refuse = (out: Output, id: number): void => frame(out, RESET, id, 0);
  beacon = (out: Output): void => frame(out, BEACON, 0, 0);
  close = (out: Output): void => frame(out, CLOSE, 0, 0);
  extension(out: Output, id: number, length: number): number {
    frame(out, EXTENSION, id, length);
    return out.reserve(length);
  }
}

/** A frame, or its head. */
export function frame(out: Output, type: number, id: number, value: number): void {
  const at = out.reserve(HEAD);
  out.bytes[at] = type;
  writeU32(out.bytes, at + 1, id);
  writeU32(out.bytes, at + 5, value);
}
