// What a codec tells of bytes, as lines, and what it writes, in hexadecimal.

import { type Codec, type CodecSink, Output } from "mux-engine";
import { decodeHeaders } from "streams-core/kit";

export const hex = (...parts: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.from(parts.join("").replaceAll(" ", ""), "hex"));

export const ascii = (text: string): string => Buffer.from(text).toString("hex");

/** What a codec wrote. */
export function written(write: (out: Output) => void): string {
  const out = new Output();
  write(out);
  return Buffer.concat(out.take()).toString("hex");
}

/** A sink that notes everything. Payloads of one frame are one line, however they came; answers are the bytes they write. */
export class Events implements CodecSink {
  readonly lines: string[] = [];
  #payload = "";

  recognized(ours: boolean): void {
    this.lines.push(`recognized ${ours}`);
  }
  extension(id: number, body: Uint8Array): void {
    this.lines.push(`extension ${id} ${Buffer.from(body).toString("hex")}`);
  }
  open(id: number, block: Uint8Array, urgency: number, length: number): void {
    const headers = [...decodeHeaders(block)].map(([name, value]) => `${name}=${value}`).join();
    this.lines.push(`open ${id} {${headers}} ${urgency} ${length}`);
  }
  accept(id: number): void {
    this.lines.push(`accept ${id}`);
  }
  dataStart(id: number, length: number): void {
    this.lines.push(`start ${id} ${length}`);
  }
  data(payload: Uint8Array): void {
    this.#payload += Buffer.from(payload).toString("latin1");
  }
  dataEnd(fin: boolean): void {
    this.lines.push(`end ${fin} ${JSON.stringify(this.#payload)}`);
    this.#payload = "";
  }
  credit(id: number, bytes: number): void {
    this.lines.push(`credit ${id} ${bytes}`);
  }
  reset(id: number, code: number): void {
    this.lines.push(`reset ${id} ${code}`);
  }
  refuse(id: number, code: number): void {
    this.lines.push(`refuse ${id} ${code}`);
  }
  stop(id: number, code: number): void {
    this.lines.push(`stop ${id} ${code}`);
  }
  abort(id: number, code: number): void {
    this.lines.push(`abort ${id} ${code}`);
  }
  ping(token: number): void {
    this.lines.push(`ping ${token}`);
  }
  pong(token: number): void {
    this.lines.push(`pong ${token}`);
  }
  drain(lastId: number): void {
    this.lines.push(`drain ${lastId}`);
  }
  close(lastId: number, code: number, reason: string, failed: boolean): void {
    this.lines.push(`close ${lastId} ${code} ${JSON.stringify(reason)} ${failed}`);
  }
  answer(write: (out: Output) => void): void {
    this.lines.push(`answer ${written(write)}`);
  }
  room(): void {
    this.lines.push("room");
  }
}

/** What the codec tells of these chunks. */
export function eventsOf(codec: Codec, chunks: readonly Uint8Array[]): string[] {
  const events = new Events();
  for (const chunk of chunks) codec.receive(chunk, events);
  return events.lines;
}
