// Streams that carry numbers of four bytes, each of which its receiver sends back: one of each end. Applications never see them.

import { type Codec, type CodecSink, ForwardingSink, type Output, writeU32 } from "mux-engine";
import { broken } from "streams-core/kit";
import { typeIn } from "./stream-type.js";

const BEAT = 4;
/** Bytes that are given back as credit at once, out of windows of 64 KiB and more. */
const RETURNED = 4096;
const NO_BLOCK = new Uint8Array(0);

type Frames = Pick<Codec, "data" | "credit" | "refuse" | "ids">;

class Heartbeat {
  readonly id: number;
  #number = 0;
  #bytes = 0;
  #unreturned = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Puts the numbers together, however they were cut, and tells each. */
  receive(payload: Uint8Array, tell: (beat: number) => void): void {
    this.#unreturned += payload.length;
    for (const byte of payload) {
      this.#number = ((this.#number << 8) | byte) >>> 0;
      this.#bytes += 1;
      if (this.#bytes % BEAT === 0) tell(this.#number);
    }
  }

  /** What to give back now. */
  takeCredit(): number {
    if (this.#unreturned < RETURNED) return 0;
    const bytes = this.#unreturned;
    this.#unreturned = 0;
    return bytes;
  }
}

export class Heartbeats {
  readonly type: number;
  readonly #frames: Frames;
  #own: Heartbeat | undefined;
  #theirs: Heartbeat | undefined;

  constructor(frames: Frames, type: number) {
    this.#frames = frames;
    this.type = type;
  }

  /** What stands between the reader of a codec and the engine. */
  sink(next: CodecSink): CodecSink {
    return new HeartbeatSink(next, this);
  }

  /** The stream of ours; undefined before it opens, and after the peer reset it. */
  get own(): number | undefined {
    return this.#own?.id;
  }

  /** The id for ours, which the caller opens; undefined when there are none left. */
  take(): number | undefined {
    const id = this.#frames.ids.take();
    if (id !== undefined) this.#own = new Heartbeat(id);
    return id;
  }

  ping(out: Output, token: number): void {
    this.#beat(out, this.#own, token);
  }

  pong(out: Output, token: number): void {
    this.#beat(out, this.#theirs, token);
  }

  get(id: number): Heartbeat | undefined {
    if (this.#own?.id === id) return this.#own;
    return this.#theirs?.id === id ? this.#theirs : undefined;
  }

  /** The peer opened a stream: whether it is this kind. A second one beside the first is refused. */
  opened(id: number, block: Uint8Array, sink: CodecSink): Heartbeat | undefined {
    if (block.length === 0 || typeIn(block) !== this.type) return undefined;
    if (!this.#frames.ids.open(id)) throw broken(`opened stream ${id}, which is not an id that it may open now`);
    const stream = new Heartbeat(id);
    if (this.#theirs === undefined) this.#theirs = stream;
    else sink.answer((out) => this.#frames.refuse(out, id, 0, NO_BLOCK));
    return stream;
  }

  receive(stream: Heartbeat, payload: Uint8Array, sink: CodecSink): void {
    if (stream === this.#own) stream.receive(payload, (beat) => sink.pong(beat));
    else if (stream === this.#theirs) stream.receive(payload, (beat) => sink.ping(beat));
    const credit = stream.takeCredit();
    if (credit > 0) sink.answer((out) => this.#frames.credit?.(out, stream.id, credit));
  }

  delete({ id }: Heartbeat): void {
    if (this.#own?.id === id) this.#own = undefined;
    if (this.#theirs?.id === id) this.#theirs = undefined;
  }

  #beat(out: Output, stream: Heartbeat | undefined, token: number): void {
    if (stream === undefined) return;
    this.#frames.data(out, stream.id, BEAT, 0, NO_BLOCK, 0);
    const at = out.reserve(BEAT);
    writeU32(out.bytes, at, token);
  }
}

class HeartbeatSink extends ForwardingSink {
  readonly #heartbeats: Heartbeats;
  /** The stream of the frame that is being read, if it is a heartbeat. */
  #current: Heartbeat | undefined;

  constructor(next: CodecSink, heartbeats: Heartbeats) {
    super(next);
    this.#heartbeats = heartbeats;
  }

  override open(id: number, block: Uint8Array, urgency: number, length: number): void {
    this.#current = this.#heartbeats.opened(id, block, this.next);
    if (this.#current === undefined) this.next.open(id, block, urgency, length);
  }

  override dataStart(id: number, length: number): void {
    this.#current = this.#heartbeats.get(id);
    if (this.#current === undefined) this.next.dataStart(id, length);
  }

  override data(payload: Uint8Array): void {
    if (this.#current === undefined) this.next.data(payload);
    else this.#heartbeats.receive(this.#current, payload, this.next);
  }

  override dataEnd(fin: boolean): void {
    if (this.#current === undefined) this.next.dataEnd(fin);
    else if (fin) this.#heartbeats.delete(this.#current);
  }

  override credit(id: number, bytes: number): void {
    if (this.#heartbeats.get(id) === undefined) this.next.credit(id, bytes);
  }

  override reset(id: number, code: number): void {
    const stream = this.#heartbeats.get(id);
    if (stream === undefined) this.next.reset(id, code);
    else this.#heartbeats.delete(stream);
  }

  override refuse(id: number, code: number, block: Uint8Array): void {
    const stream = this.#heartbeats.get(id);
    if (stream === undefined) this.next.refuse(id, code, block);
    else this.#heartbeats.delete(stream);
  }
}
