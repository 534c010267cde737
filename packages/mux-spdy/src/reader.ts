// Bytes to events: which frames may be, what the peer means by them, and what is kept of that.

import {
  type CodecSink,
  type Ids,
  MAX_EXTENSION,
  type Output,
  readU16,
  readU24,
  readU32,
  type Syntax,
} from "mux-engine";
import { broken, byPeer, copyOf, seemsToSpeak } from "streams-core/kit";
import { credit } from "./frames.js";
import { fromSpdy, tooLarge } from "./headers/block.js";
import { Inflater } from "./headers/compression.js";
import * as L from "./layout.js";

const NOTHING = new Uint8Array(0);
/** Bytes of a frame of an unknown type, which are skipped; settings in one frame. */
const MOST_SKIPPED = 65536;
const MOST_SETTINGS = 128;

/** The fewest and the most bytes of each type, and the flags that it may have. */
const SHAPES: Readonly<Record<number, readonly [least: number, most: number, flags: number]>> = {
  [L.SYN_STREAM]: [10, 10 + L.MAX_BLOCK, L.FLAG_FIN],
  [L.SYN_REPLY]: [4, 4 + L.MAX_BLOCK, L.FLAG_FIN],
  [L.HEADERS]: [4, 4 + L.MAX_BLOCK, L.FLAG_FIN],
  [L.RST_STREAM]: [8, 8, 0],
  [L.SETTINGS]: [4, 4 + 8 * MOST_SETTINGS, L.FLAG_FIN],
  [L.PING]: [4, 4, 0],
  [L.GOAWAY]: [8, 8, 0],
  [L.WINDOW_UPDATE]: [8, 8, 0],
  [L.EXTENSION]: [4, 4 + MAX_EXTENSION, 0],
};

export class Reader implements Syntax {
  want: number = L.HEADER;
  flow = 0;
  sink: CodecSink | undefined;
  /** Whether the peer is one of ours; undefined before its first frame. */
  ours: boolean | undefined;
  /** Whether a sign of the peer's counts. */
  signed = false;
  /** What is said when the peer's first frame has come. */
  waiting: ((out: Output) => unknown) | undefined;
  /** What each stream, and all of them together, may send. */
  window: number;
  sessionRoom: number;
  /** With windows: streams that this end has ended. */
  readonly ended: Set<number> = new Set();
  /** Streams of an original's that were not replied to. */
  readonly unreplied: Set<number> = new Set();
  readonly #isClient: boolean;
  readonly #windows: boolean;
  readonly #ids: Ids;
  readonly #inflater = new Inflater();
  /** Of the frame that is read: its type if its body is wanted, its flags, whether it is skipped. */
  #type = 0;
  #flags = 0;
  #skipping = false;
  /** Bytes that came and were not given back to the session's window. */
  #unreturned = 0;

  constructor(isClient: boolean, windows: boolean, ids: Ids) {
    this.#isClient = isClient;
    this.#windows = windows;
    this.#ids = ids;
    this.window = windows ? L.WINDOW : Number.POSITIVE_INFINITY;
    this.sessionRoom = this.window;
  }

  take(bytes: Uint8Array, at: number): void {
    const { sink } = this;
    if (sink === undefined) return;
    const type = this.#type;
    const end = at + this.want;
    this.#type = 0;
    this.want = L.HEADER;
    if (type > 0) return this.#takeBody(sink, type, bytes, at, end);
    if (this.ours === undefined) this.check(bytes.subarray(at, end));
    this.#flags = bytes[at + 4] ?? 0;
    const length = readU24(bytes, at + 5);
    if ((bytes[at] ?? 0) < 0x80) this.#takeData(sink, readU32(bytes, at), length);
    else this.#takeControl(sink, readU16(bytes, at), readU16(bytes, at + 2), length);
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    if (this.#skipping) return;
    this.sink?.data(payload);
    if (this.flow === 0) this.sink?.dataEnd(this.#ends);
  }

  /** Checks the first bytes that came, also when they are not enough: a peer that speaks something else may never send more. */
  check(start: Uint8Array): void {
    const [control = 0x80, version = 3, type = 0] = start;
    if (control === 0x80 && version === 3 && type === 0) return;
    const isSpdy = control === 0x80 && version < 8 && start.length > 1;
    const what = isSpdy ? `version ${version} of SPDY, not 3.1` : `${seemsToSpeak(start)}, not SPDY/3.1`;
    throw byPeer("ERR_WRONG_PROTOCOL", `The peer seems to speak ${what}.`);
  }

  get #ends(): boolean {
    return (this.#flags & L.FLAG_FIN) !== 0;
  }

  get #hasSessionWindow(): boolean {
    return this.#windows && this.ours === false;
  }

  /** A frame begins that is the sign of our own, or is not. */
  #begin(sink: CodecSink, isSign: boolean): void {
    if (this.ours !== undefined) return;
    this.ours = isSign && this.signed;
    // Ahead of all that the session says as soon as it knows its peer.
    if (this.waiting !== undefined) sink.answer(this.waiting);
    sink.recognized(this.ours);
  }

  #takeData(sink: CodecSink, id: number, length: number): void {
    if (id === 0 || this.#flags > L.FLAG_FIN) throw broken(`sent data of flags ${this.#flags} on stream ${id}`);
    this.#begin(sink, false);
    this.flow = length;
    this.#skipping = false;
    if (this.#hasSessionWindow) this.#giveBack(sink, length);
    sink.dataStart(id, length);
    if (length === 0) sink.dataEnd(this.#ends);
  }

  /** The session's window opens as bytes come, and not as they are read: what one stream leaves unread must not stop the others. */
  #giveBack(sink: CodecSink, more: number): void {
    const bytes = this.#unreturned + more;
    this.#unreturned = bytes < L.WINDOW / 2 ? bytes : 0;
    if (bytes >= L.WINDOW / 2) sink.answer((out) => credit(out, 0, bytes));
  }

  #takeControl(sink: CodecSink, start: number, type: number, length: number): void {
    const flags = this.#flags;
    const shape = type === L.EXTENSION && this.ours !== true ? undefined : SHAPES[type];
    const [least, most, known] = shape ?? [0, MOST_SKIPPED, 0xff];
    if (start === L.CONTROL && length > most && most > L.MAX_BLOCK) throw tooLarge();
    if (start !== L.CONTROL || length < least || length > most || (flags & known) !== flags) {
      const version = start & 0x7fff;
      throw broken(`sent a frame of version ${version}, type ${type}, flags ${flags} and ${length} bytes`);
    }
    if (shape === undefined) {
      // Unknown types are ignored (draft 3.1, section 2.2.1).
      this.#begin(sink, false);
      this.flow = length;
      this.#skipping = true;
    } else {
      this.#type = type;
      this.want = length;
    }
  }

  #takeBody(sink: CodecSink, type: number, bytes: Uint8Array, at: number, end: number): void {
    if (type === L.SETTINGS) return this.#begin(sink, this.#takeSettings(bytes, at, end));
    this.#begin(sink, false);
    const number = readU32(bytes, at);
    const id = number & L.MAX_ID;
    const value = end - at < 8 ? 0 : readU32(bytes, at + 4);
    if (type === L.PING) this.#takePing(sink, number);
    else if (type === L.EXTENSION) sink.extension(id, copyOf(bytes, at + 4, end));
    else if (type === L.WINDOW_UPDATE) this.#takeCredit(sink, id, value & L.MAX_WINDOW);
    else if (type === L.GOAWAY && value === L.GOAWAY_OK) sink.drain(id);
    else if (type === L.GOAWAY)
      sink.close(id, value, value === L.GOAWAY_PROTOCOL_ERROR ? "protocol error" : "internal error", true);
    else if (id === 0) throw broken(`sent a frame of type ${type} on stream 0`);
    else if (type === L.RST_STREAM) this.#takeReset(sink, id, value);
    else this.#takeHeaders(sink, type, id, bytes, at, end);
  }

  #takeHeaders(sink: CodecSink, type: number, id: number, bytes: Uint8Array, at: number, end: number): void {
    const opens = type === L.SYN_STREAM;
    const block = fromSpdy(this.#inflater.inflate(bytes, at + (opens ? 10 : 4), end));
    if (opens && this.ours === false) this.unreplied.add(id);
    if (opens) sink.open(id, block, (bytes[at + 8] ?? 0) >>> 5, 0);
    if (type === L.SYN_REPLY) sink.accept(id, block);
    // The contract has no place for what HEADERS adds later: to the session it is a data frame without data. Of unknown streams it is padding.
    const isData = !opens && (type === L.HEADERS ? this.#ids.wasUsed(id) : this.#ends);
    if (isData) sink.dataStart(id, 0);
    if (isData || opens) sink.dataEnd(this.#ends);
  }

  #takeReset(sink: CodecSink, id: number, status: number): void {
    if (status === 0) throw broken(`reset stream ${id} with status 0`);
    // spdy-transport says so of a late WINDOW_UPDATE, ahead of its own end, which is on its way.
    if (status === L.INVALID_STREAM && this.ended.has(id)) return;
    if (status === L.REFUSED_STREAM && this.#isOwn(id)) sink.refuse(id, status, NOTHING);
    else sink.reset(id, status);
  }

  /** Each end pings with numbers of its own parity; the other one sends them back. That of the sign is no token of the session's. */
  #takePing(sink: CodecSink, number: number): void {
    if (number === 0) throw broken("sent a ping of number 0");
    if (this.#isOwn(number)) sink.pong((number - L.FIRST_PING) >>> 1);
    else if (number !== L.SIGN_PING || !this.ours) sink.ping(number);
  }

  #isOwn(number: number): boolean {
    return (number % 2 === 1) === this.#isClient;
  }

  #takeCredit(sink: CodecSink, id: number, bytes: number): void {
    if (id > 0) {
      if (this.#windows || this.ours) sink.credit(id, bytes);
    } else if (this.#hasSessionWindow) {
      this.sessionRoom += bytes;
      if (this.sessionRoom > L.MAX_WINDOW) throw byPeer("ERR_FLOW_CONTROL", "The peer overran this session's window.");
      sink.room();
    }
  }

  /** Whether the sign is among them. */
  #takeSettings(bytes: Uint8Array, at: number, end: number): boolean {
    const count = readU32(bytes, at);
    if (at + 4 + 8 * count !== end) throw broken(`sent ${count} settings in ${end - at} bytes`);
    let hasSign = false;
    for (let i = at + 4; i < end; i += 8) {
      const setting = readU24(bytes, i + 1);
      const value = readU32(bytes, i + 4);
      if (setting === L.SETTING_SIGN && value === L.SIGN_VERSION) hasSign = true;
      if (setting !== L.SETTING_INITIAL_WINDOW || !this.#windows) continue;
      if (value > L.MAX_WINDOW) throw byPeer("ERR_FLOW_CONTROL", `The peer announced windows of ${value} bytes.`);
      // Streams have it that open later; nobody sends it later than first.
      if (this.ours === undefined) this.window = value;
    }
    return hasSign;
  }
}
