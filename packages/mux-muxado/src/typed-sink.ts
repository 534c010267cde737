// Takes the type off the start of the peer's streams. The original reads it at once: its four bytes are in one frame, which need not
// be the one that opens the stream.

import { type CodecSink, ForwardingSink, type Ids, type Output } from "mux-engine";
import { broken } from "streams-core/kit";
import { blockOfType } from "./stream-type.js";

export const TYPE = 4;
/** Streams that may wait for their type at once: as many as the original lets wait to be accepted. */
const MAX_UNTYPED = 128;

export interface TypedSinkHost {
  readonly ids: Ids;
  /** Whether the peer's streams start with a type; known with the first frame. */
  readonly types: boolean;
  recognized(ours: boolean): void;
  refuse(out: Output, id: number): void;
}

export class TypedSink extends ForwardingSink {
  readonly #host: TypedSinkHost;
  readonly #untyped = new Set<number>();
  /** Of the frame that is being read, if it has a type or should: the stream, payload, bytes of the type to come, those that came. */
  #id = 0;
  #urgency = 0;
  #length = 0;
  #missing = 0;
  #type = 0;
  /** Whether the frame has no payload, and whether it opened its stream. */
  #isEmpty = false;
  #opens = false;

  constructor(next: CodecSink, host: TypedSinkHost) {
    super(next);
    this.#host = host;
  }

  override recognized(ours: boolean): void {
    this.#host.recognized(ours);
    this.next.recognized(ours);
  }

  override open(id: number, block: Uint8Array, urgency: number, length: number): void {
    if (!this.#host.types) return this.next.open(id, block, urgency, length);
    if (this.#untyped.has(id)) throw broken(`opened stream ${id} twice`);
    this.#urgency = urgency;
    this.#start(id, length, true);
  }

  override dataStart(id: number, length: number): void {
    if (this.#untyped.size > 0 && this.#untyped.has(id)) this.#start(id, length, false);
    else this.next.dataStart(id, length);
  }

  override data(payload: Uint8Array): void {
    let at = 0;
    for (; this.#missing > 0 && at < payload.length; at += 1) {
      this.#type = ((this.#type << 8) | (payload[at] ?? 0)) >>> 0;
      this.#missing -= 1;
      if (this.#missing > 0) continue;
      this.#untyped.delete(this.#id);
      this.next.open(this.#id, blockOfType(this.#type), this.#urgency, this.#length - TYPE);
    }
    if (at < payload.length) this.next.data(at === 0 ? payload : payload.subarray(at));
  }

  override dataEnd(fin: boolean): void {
    if (!this.#isEmpty) return this.next.dataEnd(fin);
    this.#isEmpty = false;
    if (fin) this.#drop(this.#id);
    else if (!this.#opens) throw broken(`sent an empty frame where the type of stream ${this.#id} should be`);
    else if (this.#untyped.size > MAX_UNTYPED) this.#drop(this.#id);
  }

  override credit(id: number, bytes: number): void {
    if (!this.#untyped.has(id)) this.next.credit(id, bytes);
  }

  override reset(id: number, code: number): void {
    if (this.#untyped.has(id)) this.#forget(id);
    else this.next.reset(id, code);
  }

  #start(id: number, length: number, opens: boolean): void {
    if (length > 0 && length < TYPE) throw broken(`opened stream ${id} with ${length} bytes of a type`);
    this.#id = id;
    this.#length = length;
    this.#missing = length === 0 ? 0 : TYPE;
    this.#isEmpty = length === 0;
    this.#opens = opens;
    if (opens && length === 0) this.#untyped.add(id);
  }

  /** Nobody will ever see it. */
  #drop(id: number): void {
    this.#forget(id);
    this.next.answer((out) => this.#host.refuse(out, id));
  }

  #forget(id: number): void {
    this.#untyped.delete(id);
    if (!this.#host.ids.open(id)) throw broken(`opened stream ${id}, which is not an id that it may open now`);
  }
}
