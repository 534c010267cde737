// muxado 2 with typed streams, which the original has as a layer of its own: the first four bytes of a stream are its type.

import {
  type Codec,
  type CodecSink,
  type Ids,
  type Output,
  type Policy,
  type SessionEnd,
  SYN,
  writeU32,
} from "mux-engine";
import type { Features } from "streams-core";
import type { MuxadoCodec } from "./codec.js";
import { Heartbeats } from "./heartbeats.js";
import { ACCEPT_QUEUE_FULL } from "./layout.js";
import { admitType, typeIn } from "./stream-type.js";
import { TYPE, TypedSink, type TypedSinkHost } from "./typed-sink.js";

export interface TypedOptions {
  /** The type of the streams that carry heartbeats. */
  readonly heartbeat: number;
  /** Whether this end opens one, for its pings. */
  readonly beats: boolean;
  /** Who the peer is, as far as the options say it. */
  readonly peer: "auto" | "stock" | "streams";
}

/** Our own ends tell each other the type among the headers, so that it costs no bytes of their windows. */
export class TypedCodec implements Codec, TypedSinkHost {
  readonly features: Features;
  readonly policy: Policy;
  readonly ids: Ids;
  readonly window: number;
  /** The type that we write is part of what the original counts. */
  readonly sendWindow: number;
  readonly maxFrame: number;
  readonly ping?: (out: Output, token: number) => void;
  types: boolean;
  readonly #codec: MuxadoCodec;
  readonly #peer: TypedOptions["peer"];
  readonly #heartbeats: Heartbeats;
  #sink: CodecSink | undefined;

  constructor(codec: MuxadoCodec, { heartbeat, beats, peer }: TypedOptions) {
    this.#codec = codec;
    this.#peer = peer;
    this.#heartbeats = new Heartbeats(codec, heartbeat);
    this.features = { ...codec.features, ping: beats };
    this.policy = codec.policy;
    this.ids = codec.ids;
    this.window = codec.window;
    this.sendWindow = codec.window - TYPE;
    this.maxFrame = codec.maxFrame;
    this.types = peer !== "streams";
    if (beats) this.ping = (out, token) => this.#ping(out, token);
  }

  start(out: Output, signed: boolean): void {
    this.#codec.start(out, signed);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    this.#sink ??= new TypedSink(this.#heartbeats.sink(sink), this);
    this.#codec.receive(chunk, this.#sink);
  }

  recognized(ours: boolean): void {
    this.types = !ours || this.#peer === "stock";
  }

  admit(block: Uint8Array): void {
    admitType(block);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array): void {
    if ((flags & SYN) === 0 || !this.types) return this.#codec.data(out, id, length, flags);
    this.#open(out, id, typeIn(block));
    if (length > 0) this.#codec.data(out, id, length, 0);
  }

  end(out: Output, id: number): void {
    this.#codec.end(out, id);
  }
  credit(out: Output, id: number, bytes: number): void {
    this.#codec.credit(out, id, bytes);
  }
  reset(out: Output, id: number, code: number): void {
    this.#codec.reset(out, id, code);
  }
  refuse(out: Output, id: number, code: number = ACCEPT_QUEUE_FULL): void {
    this.#codec.refuse(out, id, code);
  }
  drain(out: Output, lastId: number): void {
    this.#codec.drain(out, lastId);
  }
  pong(out: Output, token: number): void {
    this.#heartbeats.pong(out, token);
  }
  close(out: Output, lastId: number, end: SessionEnd): void {
    this.#codec.close(out, lastId, end);
  }
  extension(out: Output, id: number, length: number): number {
    return this.#codec.extension(out, id, length);
  }

  #open(out: Output, id: number, type: number): void {
    this.#codec.data(out, id, TYPE, SYN);
    const at = out.reserve(TYPE);
    writeU32(out.bytes, at, type);
  }

  /** A ping is a beat of our heartbeat, which begins with the first. */
  #ping(out: Output, token: number): void {
    if (this.#heartbeats.own === undefined) {
      const id = this.#heartbeats.take();
      if (id !== undefined) this.#open(out, id, this.#heartbeats.type);
    }
    this.#heartbeats.ping(out, token);
  }
}
