// Actions to frames: the native wire as mux-engine drives it.

import {
  FIN,
  Framer,
  type Ids,
  type Output,
  type PeerParameters,
  type Role,
  type SessionEnd,
  type Sink,
  SYN,
  type Wire,
  writeU16,
  writeU24,
  writeU32,
} from "mux-engine";
import type { Features } from "streams-core";
import { closeCodeOf } from "./close-codes.js";
import * as L from "./layout.js";
import { checkFirst, writePreface } from "./preface.js";
import { Reader } from "./reader.js";

const FEATURES: Features = {
  headers: "native",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: true,
  priority: true,
  drain: true,
};

export class NativeWire implements Wire {
  readonly features: Features = FEATURES;
  readonly ids: Ids;
  readonly earlyCredit: number = L.MIN_WINDOW;
  readonly earlyFrame: number = L.MIN_FRAME;
  readonly #role: Role;
  readonly #own: PeerParameters;
  readonly #reader: Reader;
  readonly #framer: Framer;
  #heard = false;

  /** @param own what this end announces */
  constructor(role: Role, own: PeerParameters) {
    this.#role = role;
    this.#own = own;
    const [local, remote] = role === "client" ? [1, 2] : [2, 1];
    this.ids = { local, remote, step: 2, max: L.MAX_ID };
    this.#reader = new Reader(role, own);
    this.#framer = new Framer(this.#reader);
  }

  start(out: Output): void {
    writePreface(out, this.#role, this.#own);
  }

  receive(chunk: Uint8Array, sink: Sink): void {
    if (!this.#heard) checkFirst(chunk);
    this.#heard = true;
    this.#reader.sink = sink;
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    const opening = flags & SYN;
    const withUrgency = opening && id % 2 === this.ids.local % 2 && urgency !== L.DEFAULT_URGENCY;
    const withBlock = block.byteLength > 0;
    const prefix = (withUrgency ? 1 : 0) + (withBlock ? 2 + block.byteLength : 0);
    const kind =
      (flags & FIN ? L.DATA_FIN : 0) |
      (opening ? L.DATA_SYN : 0) |
      (withBlock ? L.DATA_HEADERS : 0) |
      (withUrgency ? L.DATA_URGENCY : 0);
    let at = frame(out, L.DATA, kind, id, prefix + length, prefix);
    if (prefix === 0) return;
    const { bytes } = out;
    if (withUrgency) {
      bytes[at] = urgency;
      at += 1;
    }
    if (withBlock) {
      writeU16(bytes, at, block.byteLength);
      bytes.set(block, at + 2);
    }
  }

  credit(out: Output, id: number, bytes: number): void {
    number(out, L.CREDIT, 0, id, bytes);
  }

  reset(out: Output, id: number, code: number): void {
    number(out, L.RESET, 0, id, code);
  }

  refuse(out: Output, id: number, code: number, block: Uint8Array): void {
    const length = 4 + block.byteLength;
    const at = frame(out, L.RESET, L.RESET_REFUSED, id, length, length);
    writeU32(out.bytes, at, code);
    out.bytes.set(block, at + 4);
  }

  stop(out: Output, id: number, code: number): void {
    number(out, L.STOP, 0, id, code);
  }

  abort(out: Output, id: number, code: number): void {
    number(out, L.RESET, L.RESET_ABORT, id, code);
  }

  ping(out: Output, token: number): void {
    number(out, L.PING, 0, 0, token);
  }

  pong(out: Output, token: number): void {
    number(out, L.PING, L.PING_ACK, 0, token);
  }

  drain(out: Output, lastId: number): void {
    number(out, L.DRAIN, 0, 0, lastId);
  }

  close(out: Output, lastId: number, end: SessionEnd): void {
    const reason = new Uint8Array(L.MAX_REASON);
    const length = 8 + new TextEncoder().encodeInto(end.reason, reason).written;
    const at = frame(out, L.CLOSE, end.failed === undefined ? 0 : L.CLOSE_FAILED, 0, length, length);
    writeU32(out.bytes, at, lastId);
    writeU32(out.bytes, at + 4, end.failed === undefined ? end.code : closeCodeOf(end.failed));
    out.bytes.set(reason.subarray(0, length - 8), at + 8);
  }
}

/** Writes a frame header and makes room for `room` bytes of its body, whose place it returns. */
function frame(out: Output, type: number, flags: number, id: number, length: number, room: number): number {
  const at = out.reserve(L.HEADER + room);
  const { bytes } = out;
  writeU24(bytes, at, length);
  bytes[at + 3] = (type << 4) | flags;
  writeU32(bytes, at + 4, id);
  return at + L.HEADER;
}

/** A frame whose body is one number. */
function number(out: Output, type: number, flags: number, id: number, value: number): void {
  const at = frame(out, type, flags, id, 4, 4);
  writeU32(out.bytes, at, value);
}
