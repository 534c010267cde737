// Bytes to frame events.

import { type CodecSink, MAX_EXTENSION, readU16, readU32, type Syntax } from "mux-engine";
import { broken, copyOf } from "streams-core/kit";
import { MAGIC, wrongProtocol } from "../sign.js";
import { blockOfType } from "../stream-type.js";
import * as L from "./layout.js";

const NO_BLOCK = new Uint8Array(0);

export class Reader implements Syntax {
  want: number = L.HEADER;
  flow = 0;
  readonly #heedsSign: boolean;
  readonly #parity: number;
  readonly #sink: CodecSink;
  /** Whether the first frame was read, and said that the peer is one of ours. */
  #greeted = false;
  #ours = false;
  /** Of the frame that is being read. Without a type, a header is wanted. */
  #type = 0;
  #flags = 0;
  #id = 0;
  #length = 0;

  /** @param parity of the ids that this end opens. @param heedsSign whether the sign of our own ends counts */
  constructor(sink: CodecSink, parity: number, heedsSign: boolean) {
    this.#heedsSign = heedsSign;
    this.#parity = parity;
    this.#sink = sink;
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    this.#sink.data(payload);
    if (this.flow === 0) this.#sink.dataEnd((this.#flags & L.FIN) !== 0);
  }

  take(bytes: Uint8Array, at: number): void {
    const type = this.#type;
    const id = this.#id;
    this.#type = 0;
    this.want = L.HEADER;
    if (type === 0) this.#takeHeader(bytes, at);
    else if (type === L.SYN) this.#takeSyn(bytes, at);
    else if (type === L.WNDINC) this.#sink.credit(id, readU32(bytes, at) & L.MAX_ID);
    else if (type === L.RST) this.#reset(readU32(bytes, at));
    else if (type === L.GOAWAY) this.#goAway(readU32(bytes, at) & L.MAX_ID, readU32(bytes, at + 4));
    else this.#sink.extension(id, copyOf(bytes, at, at + this.#length));
  }

  #takeHeader(bytes: Uint8Array, at: number): void {
    const type = (bytes[at + 3] ?? 0) & L.TYPES;
    this.#flags = bytes[at + 2] ?? 0;
    this.#id = readU32(bytes, at + 4) & L.MAX_ID;
    this.#length = readU16(bytes, at) & (type === L.EXTENSION ? 0xffff : L.MAX_LENGTH);
    if (!this.#isValid(type)) {
      if (!this.#greeted) throw wrongProtocol(bytes, at, "muxado 1");
      throw broken(
        `sent a frame of type ${type}, flags ${this.#flags} and ${this.#length} bytes on stream ${this.#id}`,
      );
    }
    if (type === L.SYN && this.#length === 0) return this.#open(0, 0);
    if (type !== L.SYN) this.#greet(false);
    if (type === L.DATA) return this.#startData();
    this.#type = type;
    const hasText = type === L.GOAWAY && this.#length <= L.GOAWAY_BODY + L.MAX_TEXT;
    this.want = type !== L.GOAWAY || hasText ? this.#length : L.GOAWAY_BODY;
  }

  #isValid(type: number): boolean {
    const length = this.#length;
    if (type === L.GOAWAY) return length >= L.GOAWAY_BODY;
    if (type === L.EXTENSION) return this.#ours && length > 0 && length <= MAX_EXTENSION;
    if (this.#id === 0) return false;
    if (type === L.SYN) return length === this.#wordAt(L.HAS_PRIORITY | L.HAS_TYPE);
    return type === L.DATA || ((type === L.RST || type === L.WNDINC) && length === 4);
  }

  /** The bytes of a SYN's body that these flags stand for. */
  #wordAt(flags: number): number {
    const said = this.#flags & flags;
    return (said & L.HAS_PRIORITY ? 4 : 0) + (said & L.HAS_TYPE ? 4 : 0);
  }

  #greet(isSign: boolean): void {
    if (this.#greeted) return;
    this.#greeted = true;
    this.#ours = isSign && this.#heedsSign;
    this.#sink.recognized(isSign);
  }

  #takeSyn(bytes: Uint8Array, at: number): void {
    const priority = this.#flags & L.HAS_PRIORITY ? readU32(bytes, at) & L.HIGHEST_PRIORITY : 0;
    const type = this.#flags & L.HAS_TYPE ? readU32(bytes, at + this.#wordAt(L.HAS_PRIORITY)) : 0;
    this.#open(priority, type);
  }

  /** A FIN here says that who opens will not read, not that it will not write: the end comes in a frame of its own. */
  #open(priority: number, type: number): void {
    this.#greet(type === L.HEARTBEAT && priority === MAGIC);
    const urgency = priority === 0 ? L.DEFAULT_URGENCY : 7 - (priority >>> L.URGENCY_BITS);
    this.#sink.open(this.#id, type === 0 ? NO_BLOCK : blockOfType(type), urgency, 0);
    this.#sink.dataEnd(false);
  }

  #startData(): void {
    this.flow = this.#length;
    this.#sink.dataStart(this.#id, this.#length);
    if (this.#length === 0) this.#sink.dataEnd((this.#flags & L.FIN) !== 0);
  }

  #reset(code: number): void {
    if (code === L.REFUSED && this.#id % 2 === this.#parity) this.#sink.refuse(this.#id, code, NO_BLOCK);
    else this.#sink.reset(this.#id, code);
  }

  #goAway(lastId: number, code: number): void {
    const length = this.#length;
    const isClean = length === L.CLOSE_LENGTH || (length > L.GOAWAY_BODY && length <= L.GOAWAY_BODY + L.MAX_TEXT);
    if (isClean || code !== 0) this.#sink.close(lastId, code, "", !isClean);
    else this.#sink.drain(lastId);
  }
}
