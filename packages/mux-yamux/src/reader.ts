// Bytes to frame events. One header says nearly everything; only data and our own extension frames have a body.

import { type CodecSink, MAX_EXTENSION, readU16, readU32, type Syntax } from "mux-engine";
import { broken, byPeer, copyOf, seemsToSpeak } from "streams-core/kit";
import * as L from "./layout.js";

const NO_BLOCK = new Uint8Array(0);
/** Nothing in yamux says it. */
const URGENCY = 3;
/** No stream is both. */
const OPEN_AND_ACCEPT: number = L.SYN | L.ACK;
/** What a GO_AWAY takes for seen: it does not say. */
const EVERYTHING = 0xffffffff;
const FAILURES: Readonly<Record<number, string>> = { 1: "protocol error", 2: "internal error" };

export class Reader implements Syntax {
  want: number = L.HEADER;
  flow = 0;
  sink: CodecSink | undefined;
  /** Whether this end sent the sign: what a stock peer answers to it is no answer to a ping of the session's. */
  signed = true;
  readonly #maxWindow: number;
  /** Whether the first frame has come, and whether it was the sign. */
  #begun = false;
  #ours = false;
  /** Whether the payload that comes ends its direction; whether it goes nowhere, for its frame is a reset. */
  #ends = false;
  #dropped = false;
  /** The stream of the extension frame whose body is wanted. */
  #extended: number | undefined;

  /** @param maxWindow the most that a stream may ever send unread */
  constructor(maxWindow: number) {
    this.#maxWindow = maxWindow;
  }

  take(bytes: Uint8Array, at: number): void {
    const { sink } = this;
    if (sink === undefined) return;
    if (this.#extended !== undefined) return this.#takeBody(sink, this.#extended, copyOf(bytes, at, at + this.want));
    const type = bytes[at + 1] ?? 0;
    const flags = readU16(bytes, at + 2);
    const id = readU32(bytes, at + 4);
    const length = readU32(bytes, at + 8);
    if (!this.#begun) {
      this.check(bytes.subarray(at, at + L.HEADER));
      this.#begun = true;
      this.#ours = this.signed && type === L.PING && flags === L.SYN && id === 0 && length === L.SIGN;
      sink.recognized(this.#ours);
      if (this.#ours) return;
    }
    if (bytes[at] !== L.VERSION || !this.#may(type, flags, id, length)) {
      const frame = `version ${bytes[at]}, type ${type}, flags ${flags} and length ${length}`;
      throw broken(`sent a frame of ${frame} on stream ${id}`);
    }
    if (type <= L.WINDOW_UPDATE) this.#takeStream(sink, type === L.DATA, flags, id, length);
    else if (type === L.EXTENSION) {
      this.#extended = id;
      this.want = length;
    } else if (type === L.GO_AWAY) takeGoAway(sink, length);
    else if (flags === L.SYN) sink.ping(length);
    else if (length !== L.SIGN || !this.signed) sink.pong(length);
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    if (this.#dropped) return;
    this.sink?.data(payload);
    if (this.flow === 0) this.sink?.dataEnd(this.#ends);
  }

  /** Checks the first bytes that came, also when they are not enough: a peer that speaks something else may never send more. */
  check(start: Uint8Array): void {
    const [version = L.VERSION, type = 0, flags = 0] = start;
    if (version === L.VERSION && type <= L.GO_AWAY && flags === 0) return;
    throw byPeer("ERR_WRONG_PROTOCOL", `The peer seems to speak ${seemsToSpeak(start)}, not yamux.`);
  }

  #may(type: number, flags: number, id: number, length: number): boolean {
    if (type <= L.WINDOW_UPDATE) return id > 0 && flags <= L.ALL_FLAGS && (flags & OPEN_AND_ACCEPT) !== OPEN_AND_ACCEPT;
    if (type === L.PING) return id === 0 && (flags === L.SYN || flags === L.ACK);
    if (type === L.GO_AWAY) return id === 0 && flags === 0;
    return this.#ours && type === L.EXTENSION && flags === 0 && length > 0 && length <= MAX_EXTENSION;
  }

  /** @param length of the payload; without one it is credit, or the code of a reset */
  #takeStream(sink: CodecSink, hasPayload: boolean, flags: number, id: number, length: number): void {
    const payload = hasPayload ? length : 0;
    if (payload > this.#maxWindow) throw byPeer("ERR_FLOW_CONTROL", `The peer overran the window of stream ${id}.`);
    const opens = (flags & L.SYN) !== 0;
    this.#ends = (flags & L.FIN) !== 0;
    this.#dropped = (flags & L.RST) !== 0;
    this.flow = payload;
    if (opens) sink.open(id, NO_BLOCK, URGENCY, this.#dropped ? 0 : payload);
    if (flags & L.ACK) sink.accept(id, NO_BLOCK);
    if (this.#dropped) return sink.reset(id, length - payload);
    // Without a flag it means something even if it is empty.
    const counts = length > 0 || flags === 0;
    const isData = this.#ends || (hasPayload && counts);
    if (isData && !opens) sink.dataStart(id, payload);
    if (payload === 0 && (isData || opens)) sink.dataEnd(this.#ends);
    if (!hasPayload && counts) sink.credit(id, length);
  }

  #takeBody(sink: CodecSink, id: number, body: Uint8Array): void {
    this.#extended = undefined;
    this.want = L.HEADER;
    sink.extension(id, body);
  }
}

function takeGoAway(sink: CodecSink, code: number): void {
  const failure = FAILURES[code];
  if (code === L.NORMAL) sink.drain(EVERYTHING);
  else sink.close(EVERYTHING, code, failure ?? "", failure !== undefined);
}
