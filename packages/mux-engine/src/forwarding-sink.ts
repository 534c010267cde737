// Sinks that hand everything on: those that stand between a codec and the engine override what they understand.

import type { CodecSink } from "./codec.js";
import type { Output } from "./output.js";
import type { Sink } from "./wire.js";

/** Hands on what every wire says. */
export class RelayingSink<Next extends Omit<Sink, "hello">> implements Omit<Sink, "hello"> {
  protected readonly next: Next;

  constructor(next: Next) {
    this.next = next;
  }

  open(id: number, block: Uint8Array, urgency: number, length: number): void {
    this.next.open(id, block, urgency, length);
  }
  accept(id: number, block: Uint8Array): void {
    this.next.accept(id, block);
  }
  dataStart(id: number, length: number): void {
    this.next.dataStart(id, length);
  }
  data(payload: Uint8Array): void {
    this.next.data(payload);
  }
  dataEnd(fin: boolean): void {
    this.next.dataEnd(fin);
  }
  credit(id: number, bytes: number): void {
    this.next.credit(id, bytes);
  }
  reset(id: number, code: number): void {
    this.next.reset(id, code);
  }
  refuse(id: number, code: number, block: Uint8Array): void {
    this.next.refuse(id, code, block);
  }
  stop(id: number, code: number): void {
    this.next.stop(id, code);
  }
  abort(id: number, code: number): void {
    this.next.abort(id, code);
  }
  ping(token: number): void {
    this.next.ping(token);
  }
  pong(token: number): void {
    this.next.pong(token);
  }
  drain(lastId: number): void {
    this.next.drain(lastId);
  }
  close(lastId: number, code: number, reason: string, failed: boolean): void {
    this.next.close(lastId, code, reason, failed);
  }
  answer(write: (out: Output) => void): void {
    this.next.answer(write);
  }
  room(): void {
    this.next.room();
  }
}

/** Hands on what a codec says. */
export abstract class ForwardingSink extends RelayingSink<CodecSink> implements CodecSink {
  recognized(ours: boolean): void {
    this.next.recognized(ours);
  }
  extension(id: number, body: Uint8Array): void {
    this.next.extension(id, body);
  }
}
