// Actions to frames: mio as mux-engine drives it.

import { type Codec, type CodecSink, FIN, Framer, type Output, type Role, type SessionEnd, SYN } from "mux-engine";
import type { Features } from "streams-core";
import { writeCredit, writeHead } from "./head.js";
import { MioIds, type Peer } from "./ids.js";
import * as L from "./layout.js";
import { Reader } from "./reader.js";

/** What the codec needs of `MioOptions`. */
export type CodecNumbers = Readonly<Record<"windowSizeLimit" | "readBufferLimit" | "closeDelay", number>>;

export class MioCodec implements Codec {
  readonly features: Features = {
    ...{ headers: "none", opens: "both", flowControl: "stream", halfClose: true },
    ...{ resetCode: false, ping: false, priority: false, drain: false },
  };
  readonly policy: Codec["policy"];
  readonly ids: MioIds;
  readonly window: number;
  readonly ownWindow: number = L.LEAST_WINDOW;
  readonly maxFrame: number;
  readonly ownMaxFrame: number = 0x100000;
  readonly refuse: Codec["refuse"] = (out, id) => this.reset(out, id);
  readonly #reader: Reader;
  readonly #framer: Framer;
  #opened = false;

  constructor(role: Role, peer: Peer, { windowSizeLimit, readBufferLimit, closeDelay }: CodecNumbers) {
    this.policy = { silentAccept: true, laxEnd: true, resetsAtEnd: true, farewellDelay: closeDelay };
    this.window = windowSizeLimit;
    this.maxFrame = readBufferLimit;
    this.ids = new MioIds(role, peer);
    this.#reader = new Reader(this.ids, windowSizeLimit, peer === "auto");
    this.#framer = new Framer(this.#reader);
  }

  start(out: Output, signed: boolean): void {
    if (signed) writeHead(out, L.TRANSPORT_CREDIT, 0, L.SIGN);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    this.#reader.sink = sink;
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number): void {
    const stream = this.ids.live.get(id);
    if (flags & SYN) {
      this.#opened = true;
      writeHead(out, L.OPEN, id, this.window);
      stream?.grant(this.window, this.window);
    }
    if (length > 0 || flags & FIN) writeHead(out, flags & FIN ? L.LAST_DATA : L.DATA, id, length);
    if (stream !== undefined && flags & (SYN | FIN)) stream.takes = !(flags & FIN);
  }

  credit(out: Output, id: number, bytes: number): void {
    writeCredit(out, id, this.ids.ours ? bytes : (this.ids.live.get(id)?.due(bytes) ?? 0));
  }

  /** As its end, once: the original's session hangs for good when a stream of it is reset. What it still sends is dropped. */
  reset(out: Output, id: number): void {
    const stream = this.ids.live.get(id);
    if (!stream?.takes) return;
    stream.takes = false;
    writeHead(out, L.LAST_DATA, id, 0);
  }

  /** Said only where there were no streams: the original's session hangs when it has one, and its readers never wake. */
  close(out: Output, _lastId: number, { failed }: SessionEnd): void {
    const code = failed === undefined ? L.NO_ERROR : L.INTERNAL;
    if (!this.#opened && this.ids.lastRemote === 0) writeHead(out, L.SESSION_END, 0, code);
  }

  extension(out: Output, id: number, length: number): number {
    writeHead(out, L.EXTENSION, id, length);
    return out.reserve(length);
  }

  forget(id: number): void {
    this.ids.live.delete(id);
  }
}
