// What was written to a stream and not yet given to its channel: small chunks leave together, large ones in pieces.

import { StreamsError } from "streams-core";
import { handled, onAbort, READY } from "streams-core/kit";

/** Chunks below this leave together with what follows them. */
const SMALL = 8 * 1024;

interface Entry {
  chunk: Uint8Array;
  /** Whether some of it has left. */
  begun: boolean;
}

interface Waiter {
  readonly entry: Entry;
  resolve(): void;
  reject(reason: unknown): void;
  forget(): void;
}

export class Outbox {
  readonly #room: number;
  readonly #abortBegun: (reason: unknown) => void;
  readonly #waiters = new Set<Waiter>();
  #entries: Entry[] = [];
  #head = 0;
  #size = 0;

  /**
   * @param room bytes that may be here before `push` waits
   * @param abortBegun called when a write is aborted of which some has left: the stream cannot go on without the rest
   */
  constructor(room: number, abortBegun: (reason: unknown) => void) {
    this.#room = room;
    this.#abortBegun = abortBegun;
  }

  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const entry: Entry = { chunk, begun: false };
    const room = this.#size < this.#room;
    this.#entries.push(entry);
    this.#size += chunk.byteLength;
    if (room) return READY;
    return handled(
      new Promise((resolve, reject) => {
        const forget = onAbort(signal, (reason) => {
          this.#waiters.delete(waiter);
          if (entry.begun) this.#abortBegun(reason);
          else this.#remove(entry);
          reject(reason);
        });
        const waiter: Waiter = { entry, resolve, reject, forget };
        this.#waiters.add(waiter);
      }),
    );
  }

  /** At most `limit` bytes, in order. */
  take(limit: number): Uint8Array | undefined {
    const first = this.#entries[this.#head];
    if (first === undefined) return undefined;
    const second = this.#entries[this.#head + 1];
    const piece =
      second === undefined || first.chunk.byteLength >= SMALL ? this.#takeFrom(first, limit) : this.#gather(limit);
    this.#wake();
    return piece;
  }

  /** Drops everything and rejects those who wait. */
  fail(error: StreamsError): void {
    this.#entries = [];
    this.#head = 0;
    this.#size = 0;
    for (const waiter of this.#waiters) {
      waiter.forget();
      waiter.reject(error);
    }
    this.#waiters.clear();
  }

  #gather(limit: number): Uint8Array {
    const piece = Buffer.allocUnsafe(Math.min(limit, this.#size));
    let at = 0;
    while (at < piece.byteLength) {
      const entry = this.#entries[this.#head];
      if (entry === undefined) throw new StreamsError("ERR_INTERNAL", "The outbox counted wrong.");
      const part = this.#takeFrom(entry, piece.byteLength - at);
      piece.set(part, at);
      at += part.byteLength;
    }
    return piece;
  }

  #takeFrom(entry: Entry, limit: number): Uint8Array {
    const { chunk } = entry;
    entry.begun = true;
    this.#size -= Math.min(limit, chunk.byteLength);
    if (chunk.byteLength > limit) {
      entry.chunk = chunk.subarray(limit);
      return chunk.subarray(0, limit);
    }
    entry.chunk = chunk.subarray(chunk.byteLength);
    this.#head += 1;
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head >= 256 && this.#head * 2 >= this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
    return chunk;
  }

  #remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry, this.#head);
    if (index < 0) return;
    this.#entries.splice(index, 1);
    this.#size -= entry.chunk.byteLength;
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      const left = waiter.entry.begun && waiter.entry.chunk.byteLength === 0;
      if (!left && this.#size >= this.#room) return;
      this.#waiters.delete(waiter);
      waiter.forget();
      waiter.resolve();
    }
  }
}
