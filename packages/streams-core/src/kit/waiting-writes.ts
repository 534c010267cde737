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

export class WaitingWrites {
  readonly #writes: Write[] = [];
  #bytes = 0;

  get size(): number {
    return this.#writes.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The chunk waits, its writer does not. */
  push(chunk: Uint8Array): void {
    this.#writes.push({ chunk, resolve: nothing, reject: nothing, forget: nothing });
    this.#bytes += chunk.byteLength;
  }

  /** Resolves when the chunk, or its start, was shifted. Aborting takes it out again, which `gone` is told of. */
  add(chunk: Uint8Array, signal: AbortSignal | undefined, gone: () => void): Promise<void> {
    this.#bytes += chunk.byteLength;
    return handled(
      new Promise((resolve, reject) => {
        const forget = onAbort(signal, (reason) => {
          this.#writes.splice(this.#writes.indexOf(write), 1);
          this.#bytes -= write.chunk.byteLength;
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
    const [write] = this.#writes;
    if (write === undefined) return undefined;
    const { chunk } = write;
    const piece = chunk.byteLength <= limit ? chunk : chunk.subarray(0, limit);
    if (piece === chunk) this.#writes.shift();
    else write.chunk = chunk.subarray(limit);
    this.#bytes -= piece.byteLength;
    write.forget();
    write.resolve();
    return piece;
  }

  fail(error: unknown): void {
    this.#bytes = 0;
    for (const write of this.#writes.splice(0)) {
      write.forget();
      write.reject(error);
    }
  }
}
