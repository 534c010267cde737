// What has arrived and waits for `read`: the reading half of every Conn.

import type { OpOptions } from "../contract.js";
import { StreamsError } from "../errors.js";
import { onAbort } from "./abort.js";
import { ByteQueue } from "./byte-queue.js";
import { Outcome } from "./outcome.js";
import { END, rejected } from "./ready.js";

export class Inbox {
  /** A peer chooses how much of each chunk is payload: what waits must not hold many times its size. */
  readonly #queue = new ByteQueue(64 * 1024);
  readonly #onRead: ((bytes: number) => void) | undefined;
  /** The read that waits. */
  #reader: Outcome<Uint8Array | null> | undefined;
  #forget: (() => void) | undefined;
  #ended = false;
  #error: unknown;

  /** @param onRead called with the length of each chunk that the application took: the place to return credit */
  constructor(onRead?: (bytes: number) => void) {
    this.#onRead = onRead;
  }

  /** Bytes that nobody has read. */
  get size(): number {
    return this.#queue.size;
  }

  /** Whether a read waits for bytes. */
  get wanted(): boolean {
    return this.#reader !== undefined;
  }

  /** Whether the end or an error was put in. */
  get ended(): boolean {
    return this.#ended || this.#error !== undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.ended || chunk.length === 0) return;
    const reader = this.#take();
    if (reader === undefined) return this.#queue.push(chunk);
    reader.resolve(chunk);
    this.#onRead?.(chunk.length);
  }

  /** Nothing more comes: reads give what is here, then `null`. */
  end(): void {
    if (this.ended) return;
    this.#ended = true;
    this.#take()?.resolve(null);
  }

  /** Reads give what is here, then reject. An end that was put in stays one. */
  fail(error: unknown): void {
    if (!this.ended) this.#break(error);
  }

  /** As `fail`, and drops what is here. Returns how many bytes that were. */
  abandon(error: unknown): number {
    const dropped = this.#queue.size;
    this.#queue.clear();
    this.#break(error);
    return dropped;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#reader !== undefined) {
      return rejected(new StreamsError("ERR_READ_PENDING", "Await the read that waits before reading again."));
    }
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#onRead?.(chunk.length);
      return Promise.resolve(chunk);
    }
    if (this.#error !== undefined) return rejected(this.#error);
    if (this.#ended) return END;
    const reader = new Outcome<Uint8Array | null>();
    this.#reader = reader;
    if (signal !== undefined) {
      this.#forget = onAbort(signal, (reason) => {
        this.#take();
        reader.reject(reason);
      });
    }
    return reader.promise;
  }

  #break(error: unknown): void {
    this.#error = error;
    this.#take()?.reject(error);
  }

  #take(): Outcome<Uint8Array | null> | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    if (this.#forget !== undefined) {
      this.#forget();
      this.#forget = undefined;
    }
    return reader;
  }
}
