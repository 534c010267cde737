// Bytes to frame events.

import { type CodecSink, MAX_EXTENSION, readU16le, readU32le, type Syntax } from "mux-engine";
import { broken, copyOf } from "streams-core/kit";
import * as L from "./layout.js";
import type { Windows } from "./windows.js";

const NO_BLOCK = new Uint8Array(0);
const URGENCY = 3;

export class Reader implements Syntax {
  want: number = L.HEADER;
  flow = 0;
  sink: CodecSink | undefined;
  readonly #version: L.SmuxVersion;
  /** With version 2. */
  readonly #windows: Windows | undefined;
  #first = true;
  /** Of the frame whose body comes next; undefined where its header does. */
  #command: number | undefined;
  #id = 0;

  constructor(version: L.SmuxVersion, windows: Windows | undefined) {
    this.#version = version;
    this.#windows = windows;
  }

  take(bytes: Uint8Array, at: number): void {
    const { sink } = this;
    if (sink === undefined) return;
    if (this.#command === undefined) this.#takeHeader(sink, bytes, at);
    else this.#takeBody(sink, bytes, at);
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.length;
    this.sink?.data(payload);
    if (this.flow === 0) this.sink?.dataEnd(false);
  }

  #takeHeader(sink: CodecSink, bytes: Uint8Array, at: number): void {
    const command = bytes[at + 1] ?? 0;
    const length = readU16le(bytes, at + 2);
    const id = readU32le(bytes, at + 4);
    if (bytes[at] !== this.#version || !this.#mayBe(command, length)) {
      throw broken(`sent a frame of version ${bytes[at]}, command ${command} and ${length} bytes on stream ${id}`);
    }
    if (this.#first) sink.recognized(command === L.NOP && id === L.SIGN);
    this.#first = false;
    if (command === L.PSH) {
      const windows = this.#windows;
      if (windows?.received(id, length)) sink.answer((out) => windows.say(out, id));
      sink.dataStart(id, length);
      this.flow = length;
      if (length === 0) sink.dataEnd(false);
    } else if (command === L.SYN) {
      this.#windows?.open(id, true);
      sink.open(id, NO_BLOCK, URGENCY, 0);
      sink.dataEnd(false);
    } else if (command === L.FIN) {
      sink.dataStart(id, 0);
      sink.dataEnd(true);
    } else if (length > 0) {
      this.#command = command;
      this.#id = id;
      this.want = length;
    }
  }

  #takeBody(sink: CodecSink, bytes: Uint8Array, at: number): void {
    const id = this.#id;
    if (this.#command === L.EXTENSION) sink.extension(id, copyOf(bytes, at, at + this.want));
    else {
      const more = this.#windows?.update(id, readU32le(bytes, at), readU32le(bytes, at + 4)) ?? 0;
      sink.credit(id, more);
    }
    this.want = L.HEADER;
    this.#command = undefined;
  }

  #mayBe(command: number, length: number): boolean {
    if (command === L.PSH) return true;
    if (command === L.UPD) return this.#version === 2 && length === L.UPD_LENGTH;
    if (command === L.EXTENSION) return length > 0 && length <= MAX_EXTENSION;
    return command <= L.NOP && length === 0;
  }
}
