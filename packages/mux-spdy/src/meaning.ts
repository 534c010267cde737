// Frames to events: what the peer means, and what is kept of it.

import { type CodecSink, type Ids, type Output, readU24, readU32 } from "mux-engine";
import { broken, byPeer, copyOf } from "streams-core/kit";
import { fromSpdy } from "./headers/block.js";
import { Inflater } from "./headers/compression.js";
import * as L from "./layout.js";

const NOTHING = new Uint8Array(0);

export interface Side {
  readonly isClient: boolean;
  /** Whether streams and the session have windows. */
  readonly windows: boolean;
  readonly ids: Ids;
  /** What answers a client's sign, and gives back what the session received. */
  readonly sign: (out: Output) => void;
  readonly credit: (out: Output, id: number, bytes: number) => void;
}

export class Meaning {
  sink: CodecSink | undefined;
  /** Whether the peer is one of ours; undefined before its first frame. */
  ours: boolean | undefined;
  /** Whether a sign of the peer's counts. */
  signed = false;
  /** What each stream, and all of them together, may send, where there are windows. */
  window: number;
  sessionRoom: number;
  /** With windows: streams that this end has ended. */
  readonly ended: Set<number> = new Set();
  /** Streams of the peer's that were not replied to. */
  readonly unreplied: Set<number> = new Set();
  readonly #side: Side;
  readonly #inflater = new Inflater();
  /** Whether the data that is read ends the stream's direction. */
  #fin = false;
  /** Bytes that came and were not given back to the session's window. */
  #unreturned = 0;

  constructor(side: Side) {
    this.#side = side;
    this.window = side.windows ? L.WINDOW : Number.POSITIVE_INFINITY;
    this.sessionRoom = this.window;
  }

  /** A frame begins that is the sign of our own, or is not. */
  begin(isSign: boolean): void {
    if (this.ours !== undefined) return;
    this.ours = isSign && this.signed;
    // Ahead of all that the session says as soon as it knows its peer.
    if (this.ours && !this.#side.isClient) this.sink?.answer(this.#side.sign);
    this.sink?.recognized(this.ours);
  }

  data(id: number, length: number, fin: boolean): void {
    this.begin(false);
    this.#fin = fin;
    this.#unreturned += length;
    if (this.#hasSessionWindow && this.#unreturned >= L.WINDOW / 2) this.#giveBack();
    this.sink?.dataStart(id, length);
    if (length === 0) this.sink?.dataEnd(fin);
  }

  payload(payload: Uint8Array, last: boolean): void {
    this.sink?.data(payload);
    if (last) this.sink?.dataEnd(this.#fin);
  }

  control(type: number, flags: number, bytes: Uint8Array, at: number, end: number): void {
    const { sink } = this;
    if (sink === undefined) return;
    if (type === L.SETTINGS) return this.#settings(bytes, at, end);
    this.begin(false);
    const id = readU32(bytes, at) & L.MAX_ID;
    const value = end - at < 8 ? 0 : readU32(bytes, at + 4);
    if (type === L.PING) this.#ping(sink, readU32(bytes, at));
    else if (type === L.EXTENSION) sink.extension(id, copyOf(bytes, at + 4, end));
    else if (type === L.GOAWAY) goAway(sink, id, value);
    else if (type === L.WINDOW_UPDATE) this.#credit(sink, id, value & L.MAX_WINDOW);
    else if (id === 0) throw broken(`sent a frame of type ${type} on stream 0`);
    else if (type === L.RST_STREAM) this.#reset(sink, id, value);
    else this.#headers(sink, type, id, (flags & L.FLAG_FIN) !== 0, bytes, at, end);
  }

  /** The session's window opens as bytes come, and not as they are read: what one stream leaves unread must not stop the others. */
  #giveBack(): void {
    const bytes = this.#unreturned;
    this.#unreturned = 0;
    this.sink?.answer((out) => this.#side.credit(out, 0, bytes));
  }

  get #hasSessionWindow(): boolean {
    return this.#side.windows && this.ours === false;
  }

  #headers(sink: CodecSink, type: number, id: number, fin: boolean, bytes: Uint8Array, at: number, end: number): void {
    const opens = type === L.SYN_STREAM;
    const block = fromSpdy(this.#inflater.inflate(bytes, at + (opens ? 10 : 4), end));
    if (opens) {
      this.unreplied.add(id);
      sink.open(id, block, (bytes[at + 8] ?? 0) >>> 5, 0);
    }
    if (type === L.SYN_REPLY) sink.accept(id, block);
    // The contract has no place for what HEADERS adds later: to the session it is a data frame without data. Of unknown streams it is padding.
    const isData = !opens && (type === L.HEADERS ? this.#side.ids.wasUsed(id) : fin);
    if (isData) sink.dataStart(id, 0);
    if (isData || opens) sink.dataEnd(fin);
  }

  #reset(sink: CodecSink, id: number, status: number): void {
    if (status === 0) throw broken(`reset stream ${id} with status 0`);
    // spdy-transport says so of a late WINDOW_UPDATE, ahead of its own end, which is on its way.
    if (status === L.INVALID_STREAM && this.ended.has(id)) return;
    if (status === L.REFUSED_STREAM && this.#isOwn(id)) sink.refuse(id, status, NOTHING);
    else sink.reset(id, status);
  }

  /** Each end pings with numbers of its own parity; the other one sends them back. That of the sign is no token of the session's. */
  #ping(sink: CodecSink, number: number): void {
    if (number === 0) throw broken("sent a ping of number 0");
    if (this.#isOwn(number)) sink.pong((number - L.FIRST_PING) >>> 1);
    else sink.ping(number);
  }

  #isOwn(number: number): boolean {
    return (number % 2 === 1) === this.#side.isClient;
  }

  #credit(sink: CodecSink, id: number, bytes: number): void {
    if (id > 0) {
      if (this.#side.windows || this.ours) sink.credit(id, bytes);
    } else if (this.#hasSessionWindow) {
      this.sessionRoom += bytes;
      if (this.sessionRoom > L.MAX_WINDOW) throw byPeer("ERR_FLOW_CONTROL", "The peer overran this session's window.");
      sink.room();
    }
  }

  #settings(bytes: Uint8Array, at: number, end: number): void {
    const count = readU32(bytes, at);
    if (at + 4 + 8 * count !== end) throw broken(`sent ${count} settings in ${end - at} bytes`);
    let isSign = false;
    for (let i = at + 4; i < end; i += 8) {
      const setting = readU24(bytes, i + 1);
      const value = readU32(bytes, i + 4);
      if (setting === L.SETTING_SIGN && value === L.SIGN_VERSION) isSign = true;
      if (setting === L.SETTING_INITIAL_WINDOW && this.#side.windows) this.#resize(value);
    }
    this.begin(isSign);
  }

  /** Streams have it that open later; nobody sends it later than first. */
  #resize(window: number): void {
    if (window > L.MAX_WINDOW) throw byPeer("ERR_FLOW_CONTROL", `The peer announced windows of ${window} bytes.`);
    if (this.ours === undefined) this.window = window;
  }
}

function goAway(sink: CodecSink, lastId: number, status: number): void {
  if (status === L.GOAWAY_OK) sink.drain(lastId);
  else sink.close(lastId, status, status === L.GOAWAY_PROTOCOL_ERROR ? "protocol error" : "internal error", true);
}
