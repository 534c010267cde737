// Writes that wait for room, in call order.

import { onAbort } from "./abort.js";
import { handled } from "./ready.js";

interface Write {
  chunk: Uint8Array;
  resolve(): void;
  reject(reason: unknown): void;
  forget(): void;
}

const nothing = (): void => {};
const GONE: Write = { chunk: new Uint8Array(0), resolve: nothing, reject: nothing, forget: nothing };

export class WaitingWrites {
  /** Those before `#head` have left. */
  #writes: Write[] = [];
  #head = 0;
  #bytes = 0;

  get size(): number {
    return this.#writes.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The chunk waits, its writer does not. */
  push(chunk: Uint8Array): void {
    this.#writes.push({ chunk, resolve: nothing, reject: nothing, forget: nothing });
    this.#bytes += chunk.length;
  }

  /** Resolves when the chunk, or its start, was shifted. Aborting takes it out again, which `gone` is told of. */
  add(chunk: Uint8Array, signal: AbortSignal | undefined, gone: () => void): Promise<void> {
    this.#bytes += chunk.length;
    return handled(
      new Promise((resolve, reject) => {
        const forget = onAbort(signal, (reason) => {
          this.#writes.splice(this.#writes.indexOf(write, this.#head), 1);
          this.#bytes -= write.chunk.length;
          reject(reason);
          gone();
        });
        const write: Write = { chunk, resolve, reject, forget };
        this.#writes.push(write);
      }),
    );
  }

  /** At most `limit` bytes of the oldest chunk, whose write is done with this. */
  shift(limit: number = Number.POSITIVE_INFINITY): Uint8Array | undefined {
    const write = this.#writes[this.#head];
    if (write === undefined) return undefined;
    const { chunk } = write;
    const piece = chunk.length <= limit ? chunk : chunk.subarray(0, limit);
    if (piece === chunk) this.#drop();
    else write.chunk = chunk.subarray(limit);
    this.#bytes -= piece.length;
    write.forget();
    write.resolve();
    return piece;
  }

  fail(error: unknown): void {
    this.#bytes = 0;
    const waiting = this.#writes.slice(this.#head);
    this.#writes = [];
    this.#head = 0;
    for (const write of waiting) {
      write.forget();
      write.reject(error);
    }
  }

  /** The oldest has left. Taking it off the front of a hundred thousand would move them all. */
  #drop(): void {
    this.#writes[this.#head] = GONE;
    this.#head += 1;
    if (this.#head * 2 < this.#writes.length) return;
    this.#writes.splice(0, this.#head);
    this.#head = 0;
  }
}
