// The smallest wire the engine can run: every frame is a type, a stream, a length and a body. Made for these tests.

import {
  ACK,
  FIN,
  Framer,
  type Ids,
  type Output,
  type PeerParameters,
  parityIds,
  type Role,
  readU32,
  type SessionEnd,
  type Sink,
  SYN,
  type Syntax,
  type Wire,
  writeU32,
} from "mux-engine";
import type { ErrorCode, Features } from "streams-core";

const HEAD = 9;
const HELLO = 0;
const OPEN = 1;
const DATA = 2;
const CREDIT = 3;
const RESET = 4;
const REFUSE = 5;
const STOP = 6;
const ABORT = 7;
const PING = 8;
const PONG = 9;
const DRAIN = 10;
const CLOSE = 11;

export class TinyWire implements Wire, Syntax {
  readonly features: Features = {
    ...{ headers: "native", opens: "both", flowControl: "stream" },
    ...{ halfClose: true, resetCode: true, ping: true, priority: true, drain: true },
  };
  readonly ids: Ids;
  readonly earlyCredit: number = 1000;
  readonly earlyFrame: number = 1000;
  readonly #own: PeerParameters;
  readonly #client: boolean;
  readonly #framer = new Framer(this);
  #sink: Sink | undefined;
  want = HEAD;
  flow = 0;
  #head: { type: number; flags: number; id: number; length: number } | undefined;

  constructor(role: Role, own: PeerParameters) {
    this.#own = own;
    this.#client = role === "client";
    const [local, remote] = this.#client ? [1, 2] : [2, 1];
    this.ids = parityIds({ local, remote, step: 2, max: 5001 });
  }

  start(out: Output): void {
    frame(out, HELLO, 0, 0, [this.#own.window, this.#own.maxFrame]);
  }

  receive(chunk: Uint8Array, sink: Sink): void {
    this.#sink = sink;
    this.#framer.feed(chunk);
  }

  take(bytes: Uint8Array, at: number): void {
    if (this.#head === undefined) {
      const kind = bytes[at] ?? 0;
      const head = { type: kind & 15, flags: kind >>> 4, id: readU32(bytes, at + 1), length: readU32(bytes, at + 5) };
      if (head.type === DATA) return this.#startData(head.flags, head.id, head.length);
      this.#head = head;
      this.want = head.length;
      return;
    }
    const body = bytes.slice(at, at + this.want);
    const { type, id } = this.#head;
    this.#head = undefined;
    this.want = HEAD;
    this.#control(type, id, body);
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.byteLength;
    this.#sink?.data(payload);
    if (this.flow === 0) this.#sink?.dataEnd(this.#fin);
  }

  #fin = false;

  #startData(flags: number, id: number, length: number): void {
    this.#fin = (flags & FIN) !== 0;
    this.flow = length;
    this.#sink?.dataStart(id, length);
    if (length === 0) this.#sink?.dataEnd(this.#fin);
  }

  #control(type: number, id: number, body: Uint8Array): void {
    const sink = this.#sink;
    const first = readU32(body, 0);
    if (type === HELLO) sink?.hello({ window: first, maxFrame: readU32(body, 4) });
    else if (type === OPEN && id % 2 === (this.#client ? 1 : 0)) sink?.accept(id, body.slice(4));
    else if (type === OPEN) {
      sink?.open(id, body.slice(4), first, 0);
      sink?.dataEnd(false);
    } else if (type === CREDIT) sink?.credit(id, first);
    else if (type === RESET) sink?.reset(id, first);
    else if (type === REFUSE) sink?.refuse(id, first, body.slice(4));
    else if (type === STOP) sink?.stop(id, first);
    else if (type === ABORT) sink?.abort(id, first);
    else if (type === PING) sink?.ping(first);
    else if (type === PONG) sink?.pong(first);
    else if (type === DRAIN) sink?.drain(first);
    else if (type === CLOSE) sink?.close(first, readU32(body, 4), "", readU32(body, 8) === 1);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    if (flags & (SYN | ACK)) frame(out, OPEN, 0, id, [urgency], block);
    if ((flags & (SYN | ACK)) === 0 || length > 0 || flags & FIN) head(out, DATA, flags & FIN, id, length);
  }

  credit = (out: Output, id: number, bytes: number): void => frame(out, CREDIT, 0, id, [bytes]);
  reset = (out: Output, id: number, code: number): void => frame(out, RESET, 0, id, [code]);
  stop = (out: Output, id: number, code: number): void => frame(out, STOP, 0, id, [code]);
  abort = (out: Output, id: number, code: number): void => frame(out, ABORT, 0, id, [code]);
  ping = (out: Output, token: number): void => frame(out, PING, 0, 0, [token]);
  pong = (out: Output, token: number): void => frame(out, PONG, 0, 0, [token]);
  drain = (out: Output, lastId: number): void => frame(out, DRAIN, 0, 0, [lastId]);
  refuse(out: Output, id: number, code: number, block: Uint8Array): void {
    frame(out, REFUSE, 0, id, [code], block);
  }

  close(
    out: Output,
    lastId: number,
    { code, failed }: { code: number; failed: ErrorCode | undefined } & SessionEnd,
  ): void {
    frame(out, CLOSE, 0, 0, [lastId, code, failed === undefined ? 0 : 1]);
  }
}

function head(out: Output, type: number, flags: number, id: number, length: number): void {
  const at = out.reserve(HEAD);
  out.bytes[at] = type | (flags << 4);
  writeU32(out.bytes, at + 1, id);
  writeU32(out.bytes, at + 5, length);
}

function frame(
  out: Output,
  type: number,
  flags: number,
  id: number,
  numbers: readonly number[],
  rest: Uint8Array = new Uint8Array(0),
): void {
  head(out, type, flags, id, numbers.length * 4 + rest.byteLength);
  for (const number of numbers) {
    const at = out.reserve(4);
    writeU32(out.bytes, at, number);
  }
  out.append(rest);
}
