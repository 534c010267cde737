// Bytes to frame events.

import { type CodecSink, MAX_EXTENSION, readU24, readU32, type Syntax } from "mux-engine";
import { broken, byPeer, copyOf, seemsToSpeak } from "streams-core/kit";
import { writeCredit } from "./head.js";
import type { MioIds } from "./ids.js";
import * as L from "./layout.js";

const NO_BLOCK = new Uint8Array(0);
const DEFAULT_URGENCY = 3;

export class Reader implements Syntax {
  want: number = L.HEADER;
  flow = 0;
  sink: CodecSink | undefined;
  readonly #ids: MioIds;
  readonly #window: number;
  readonly #asks: boolean;
  #greeted = false;
  #flags = L.NOTHING;
  #id = 0;
  /** The frame is for a stream that is over: the original may send on in good faith, for as long as it has credit. */
  #late = false;

  /**
   * @param window bytes that the original should be able to send on a new stream
   * @param asks whether the first frame decides who the peer is
   */
  constructor(ids: MioIds, window: number, asks: boolean) {
    this.#ids = ids;
    this.#window = window;
    this.#asks = asks;
  }

  take(bytes: Uint8Array, at: number): void {
    const { sink, want } = this;
    if (sink === undefined) return;
    if (this.#flags === L.EXTENSION) {
      this.#flags = L.NOTHING;
      this.want = L.HEADER;
      return sink.extension(this.#id, copyOf(bytes, at, at + want));
    }
    const size = readU24(bytes, at + 4);
    this.#id = readU32(bytes, at) & L.MAX_ID;
    this.#flags = (bytes[at + 7] ?? 0) & L.FLAGS;
    if (!this.#greeted) this.#greet(sink, size, bytes.subarray(at, at + L.HEADER));
    this.#late = this.#isForStream && this.#ids.isOver(this.#id);
    if (!this.#late) this.#tell(sink, this.#id, size);
    else if (this.#isData) this.flow = size;
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    if (this.#late) return;
    this.sink?.data(payload);
    if (this.flow === 0) this.sink?.dataEnd(this.#flags === L.LAST_DATA);
  }

  get #isData(): boolean {
    return this.#flags === L.DATA || this.#flags === L.LAST_DATA;
  }

  get #isForStream(): boolean {
    return this.#isData || this.#flags === L.CREDIT || this.#flags === L.RESET;
  }

  /** Who the peer is. Reserved bits mean nothing later on, but nobody who speaks mio sets them. */
  #greet(sink: CodecSink, size: number, header: Uint8Array): void {
    const reserved = (header[0] ?? 0) > 0x7f || (header[7] ?? 0) > L.FLAGS;
    if (reserved || (this.#isForStream && !this.#ids.wasUsed(this.#id))) {
      throw byPeer("ERR_WRONG_PROTOCOL", `The peer seems to speak ${seemsToSpeak(header)}, not mio.`);
    }
    const ours = this.#flags === L.TRANSPORT_CREDIT && this.#id === 0 && size === L.SIGN;
    this.#greeted = true;
    if (this.#asks) this.#ids.ours = ours;
    sink.recognized(ours);
  }

  #tell(sink: CodecSink, id: number, size: number): void {
    const flags = this.#flags;
    if (this.#isData) this.#data(sink, id, size, flags === L.LAST_DATA);
    else if (flags === L.CREDIT) sink.credit(id, size);
    else if (flags === L.RESET) this.#reset(sink, id, size);
    else if (flags === L.OPEN || flags === L.OPEN_SPECIFIED) this.#open(sink, id, size);
    else if (flags === L.SESSION_END) sink.close(L.MAX_ID, size, "", size !== L.NO_ERROR);
    else if (flags === L.EXTENSION && size > 0 && size <= MAX_EXTENSION) this.want = size;
    else if (flags !== L.NOTHING && flags !== L.TRANSPORT_CREDIT) {
      throw broken(`sent a frame with flags ${flags} and size ${size} on stream ${id}`);
    }
  }

  /** What the original says that it takes is also what it sends unasked. */
  #open(sink: CodecSink, id: number, size: number): void {
    sink.open(id, NO_BLOCK, DEFAULT_URGENCY, 0);
    sink.dataEnd(false);
    const stream = this.#ids.live.get(id);
    if (stream === undefined) return;
    stream.grant(size, this.#window);
    if (size !== this.#window) sink.credit(id, size - this.#window);
    this.#pay(sink, id, stream.due(0));
  }

  #data(sink: CodecSink, id: number, size: number, last: boolean): void {
    const stream = this.#ids.live.get(id);
    stream?.received(size);
    if (size === 0 && !last && stream?.lost()) return this.#pay(sink, id, stream.due(0));
    sink.dataStart(id, size);
    this.flow = size;
    if (size === 0) sink.dataEnd(last);
  }

  #pay(sink: CodecSink, id: number, bytes: number): void {
    if (bytes > 0) sink.answer((out) => writeCredit(out, id, bytes));
  }

  /** Never answered: the original answers a reset that it does not expect with another one. */
  #reset(sink: CodecSink, id: number, code: number): void {
    const stream = this.#ids.live.get(id);
    const open = stream?.takes;
    if (stream !== undefined) stream.takes = false;
    if (code === L.REFUSED) return sink.refuse(id, code, NO_BLOCK);
    if (code !== L.NO_ERROR) return sink.reset(id, code);
    // Its Close: the end of what it sends, and it takes nothing more.
    sink.dataStart(id, 0);
    sink.dataEnd(true);
    if (open) sink.stop(id, code);
  }
}
