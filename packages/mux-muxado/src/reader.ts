// Bytes to frame events.

import { type CodecSink, MAX_EXTENSION, readU24, readU32, type Syntax } from "mux-engine";
import { broken, copyOf } from "streams-core/kit";
import * as L from "./layout.js";
import { MAGIC, wrongProtocol } from "./sign.js";

const NO_BLOCK = new Uint8Array(0);
const DEFAULT_URGENCY = 3;

export class Reader implements Syntax {
  flow = 0;
  want: number = L.HEADER;
  readonly #sink: CodecSink;
  readonly #isLocal: (id: number) => boolean;
  readonly #heedsSign: boolean;
  #first = true;
  /** Whether the peer is one of ours. */
  #ours = false;
  /** Whether the bytes that are wanted are the body of a frame, and not a header. */
  #inBody = false;
  /** Of the frame that is being read: type, flags, stream, length. */
  #type = 0;
  #flags = 0;
  #id = 0;
  #length = 0;
  /** Of a GOAWAY. */
  #lastId = 0;
  #code = 0;
  #reason = "";
  /** A character of it may be cut anywhere. */
  #decoder: TextDecoder | undefined;

  /** @param heedsSign whether the sign of our own ends counts */
  constructor(sink: CodecSink, isLocal: (id: number) => boolean, heedsSign: boolean) {
    this.#sink = sink;
    this.#isLocal = isLocal;
    this.#heedsSign = heedsSign;
  }

  take(bytes: Uint8Array, at: number): void {
    if (!this.#inBody) return this.#takeHeader(bytes, at);
    this.#inBody = false;
    this.want = L.HEADER;
    if (this.#type === L.EXTENSION) this.#sink.extension(this.#id, copyOf(bytes, at, at + this.#length));
    else this.#takeBody(bytes, at);
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    if (this.#type === L.DATA) {
      this.#sink.data(payload);
      if (this.flow === 0) this.#sink.dataEnd((this.#flags & L.FIN) !== 0);
    } else if (this.#type === L.GOAWAY) {
      if (this.#reason.length < L.MAX_REASON) this.#reason += this.#decoder?.decode(payload, { stream: true }) ?? "";
      if (this.flow === 0) this.#tellGoAway();
    }
  }

  #takeHeader(bytes: Uint8Array, at: number): void {
    const kind = bytes[at + 3] ?? 0;
    this.#type = kind & L.TYPES;
    this.#flags = kind & ~L.TYPES;
    this.#length = readU24(bytes, at);
    this.#id = readU32(bytes, at + 4);
    const isValid = this.#isValid();
    if (this.#first) this.#greet(isValid, bytes, at);
    if (this.#type > L.GOAWAY && !(this.#ours && this.#type === L.EXTENSION)) {
      this.flow = this.#length;
    } else if (!isValid) {
      throw broken(`sent a frame of type ${kind >> 4} and ${this.#length} bytes on stream ${this.#id}`);
    } else if (this.#type === L.DATA) this.#startData();
    else {
      this.#inBody = true;
      this.want = this.#type === L.GOAWAY ? L.GOAWAY_BODY : this.#length;
    }
  }

  /** Whether stream and length are what the type may have. Of one that nobody knows this matters in the first frame only. */
  #isValid(): boolean {
    const type = this.#type;
    const id = this.#id;
    const length = this.#length;
    if (id > L.MAX_ID) return false;
    if (type === L.DATA) return id > 0;
    if (type === L.GOAWAY) return id === 0 && length >= L.GOAWAY_BODY;
    if (type === L.EXTENSION) return length > 0 && length <= MAX_EXTENSION;
    return type < L.GOAWAY ? id > 0 && length === 4 : id === 0;
  }

  #greet(isValid: boolean, bytes: Uint8Array, at: number): void {
    const isSign = this.#type === L.SIGN && this.#length === 0 && this.#id === MAGIC;
    if (!isSign && !isValid) throw wrongProtocol(bytes, at, "muxado 2");
    this.#first = false;
    this.#ours = isSign && this.#heedsSign;
    this.#sink.recognized(isSign);
  }

  #startData(): void {
    this.flow = this.#length;
    if (this.#flags & L.SYN) this.#sink.open(this.#id, NO_BLOCK, DEFAULT_URGENCY, this.#length);
    else this.#sink.dataStart(this.#id, this.#length);
    if (this.#length === 0) this.#sink.dataEnd((this.#flags & L.FIN) !== 0);
  }

  #takeBody(bytes: Uint8Array, at: number): void {
    const value = readU32(bytes, at);
    if (this.#type === L.RST) this.#reset(value);
    else if (this.#type === L.GOAWAY) this.#goAway(value, readU32(bytes, at + 4));
    else this.#sink.credit(this.#id, value & L.MAX_ID);
  }

  #reset(code: number): void {
    const refused = code === L.STREAM_REFUSED || code === L.ACCEPT_QUEUE_FULL;
    if (refused && this.#isLocal(this.#id)) this.#sink.refuse(this.#id, code, NO_BLOCK);
    else this.#sink.reset(this.#id, code);
  }

  #goAway(lastId: number, code: number): void {
    this.#lastId = lastId & L.MAX_ID;
    this.#code = code;
    this.#reason = "";
    this.#decoder = new TextDecoder();
    this.flow = this.#length - L.GOAWAY_BODY;
    if (this.flow === 0) this.#tellGoAway();
  }

  #tellGoAway(): void {
    const text = this.#reason.slice(0, L.MAX_REASON);
    const isClean = text.startsWith(L.NO_ERROR);
    const reason = isClean ? text.slice(L.NO_ERROR.length).replace(/^: /, "") : text;
    if (isClean || this.#code !== 0) this.#sink.close(this.#lastId, this.#code, reason, !isClean);
    else this.#sink.drain(this.#lastId);
  }
}
