// Actions to frames: the native wire as mux-engine drives it.

import {
  ACK,
  FIN,
  Framer,
  type Ids,
  type Output,
  type PeerParameters,
  parityIds,
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
import { checkMagic, writePreface } from "./preface.js";
import { Reader } from "./reader.js";

const NOTHING = new Uint8Array(0);
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

  /** @param own what this end announces */
  constructor(role: Role, own: PeerParameters) {
    this.#role = role;
    this.#own = own;
    const [local, remote] = role === "client" ? [1, 2] : [2, 1];
    this.ids = parityIds({ local, remote, step: 2, max: L.MAX_ID });
    this.#reader = new Reader(role, own);
    this.#framer = new Framer(this.#reader);
  }

  start(out: Output): void {
    writePreface(out, this.#role, this.#own);
  }

  receive(chunk: Uint8Array, sink: Sink): void {
    if (this.#reader.sink === undefined) checkMagic(chunk);
    this.#reader.sink = sink;
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    let kind = flags & FIN ? L.FIN : 0;
    let prefix = 0;
    if (flags & (SYN | ACK)) {
      kind |= L.SYN;
      // Who accepts says nothing about the order.
      if (flags & SYN && urgency !== L.DEFAULT_URGENCY) {
        kind |= L.URGENCY;
        prefix = 1;
      }
      if (block.length > 0) {
        kind |= L.HEADERS;
        prefix += 2 + block.length;
      }
    }
    const at = frame(out, kind, id, prefix + length, prefix);
    if (kind & L.URGENCY) out.bytes[at] = urgency;
    if (kind & L.HEADERS) {
      const blockAt = at + prefix - block.length;
      writeU16(out.bytes, blockAt - 2, block.length);
      out.bytes.set(block, blockAt);
    }
  }

  credit(out: Output, id: number, bytes: number): void {
    control(out, L.CREDIT, id, bytes);
  }

  reset(out: Output, id: number, code: number): void {
    control(out, L.RESET, id, code);
  }

  stop(out: Output, id: number, code: number): void {
    control(out, L.STOP, id, code);
  }

  abort(out: Output, id: number, code: number): void {
    control(out, L.ABORT, id, code);
  }

  refuse(out: Output, id: number, code: number, block: Uint8Array): void {
    control(out, L.REFUSE, id, code, block);
  }

  ping(out: Output, token: number): void {
    control(out, L.PING, 0, token);
  }

  pong(out: Output, token: number): void {
    control(out, L.PONG, 0, token);
  }

  drain(out: Output, lastId: number): void {
    control(out, L.DRAIN, 0, lastId);
  }

  close(out: Output, lastId: number, { failed, code, reason }: SessionEnd): void {
    const rest = new Uint8Array(4 + L.MAX_REASON);
    writeU32(rest, 0, failed === undefined ? code : closeCodeOf(failed));
    const { written } = new TextEncoder().encodeInto(reason, rest.subarray(4));
    control(out, failed === undefined ? L.CLOSE : L.FAIL, 0, lastId, rest.subarray(0, 4 + written));
  }
}

/** Writes a frame header and makes room for `room` bytes of its body, whose place it returns. */
function frame(out: Output, kind: number, id: number, length: number, room: number): number {
  const at = out.reserve(L.HEADER + room);
  const { bytes } = out;
  writeU24(bytes, at, length);
  bytes[at + 3] = kind;
  writeU32(bytes, at + 4, id);
  return at + L.HEADER;
}

/** Writes a frame whose body is a number, and what may follow it. */
function control(out: Output, kind: number, id: number, value: number, rest: Uint8Array = NOTHING): void {
  const length = 4 + rest.length;
  const at = frame(out, kind, id, length, length);
  writeU32(out.bytes, at, value);
  if (length > 4) out.bytes.set(rest, at + 4);
}
