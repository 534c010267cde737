// A first-in first-out queue of byte chunks. Chunks stay views; only small ones that are not taken soon are copied together, so
// that a few bytes never hold a large buffer for long, nor a thousand tiny chunks a thousand objects.

import { afterTurn } from "./after-tick.js";

const FIRST_SLAB = 1024;
const LARGEST_SLAB = 16 * 1024;

export class ByteQueue {
  readonly #small: number;
  /** Most queues hold one chunk at a time, and need no array for it. */
  #first: Uint8Array | undefined;
  /** Bytes of the first that have left. */
  #taken = 0;
  /** Those after the first, from `#next` on. */
  #others: Uint8Array[] | undefined;
  #next = 0;
  #size = 0;
  #slab: Uint8Array | undefined;
  #slabUsed = 0;
  /** A small view of a larger buffer that was put into the empty queue: most leave again in the same turn, and need no copy. */
  #loose: Uint8Array | undefined;

  /** @param small chunks up to this size are copied when they are views of a buffer more than four times as large. Default 512 */
  constructor(small = 512) {
    this.#small = small;
  }

  /** Bytes in the queue. */
  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    const { length } = chunk;
    if (length === 0) return;
    if (length > this.#small || chunk.buffer.byteLength <= 4 * length) return this.pushWhole(chunk);
    if (this.#size > 0) return this.#gather(chunk);
    this.pushWhole(chunk);
    this.#loose = chunk;
    tidyLater(this);
  }

  /** As `push`, but never copies, so that `remove` finds the chunk again. */
  pushWhole(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#first === undefined) this.#first = chunk;
    else if (this.#others === undefined) this.#others = [chunk];
    else this.#others.push(chunk);
  }

  /** Takes a chunk out of the middle. False if it, or a part of it, has left already or was copied. */
  remove(chunk: Uint8Array): boolean {
    if (chunk === this.#first) {
      if (this.#taken > 0) return false;
      this.shift();
      return true;
    }
    const at = this.#others?.indexOf(chunk, this.#next) ?? -1;
    if (at < 0) return false;
    this.#others?.splice(at, 1);
    this.#size -= chunk.length;
    return true;
  }

  /** What is left of the oldest chunk, or `undefined` when empty. */
  shift(): Uint8Array | undefined {
    const chunk = this.#first;
    if (chunk === undefined) return undefined;
    const rest = this.#taken === 0 ? chunk : chunk.subarray(this.#taken);
    this.#size -= rest.length;
    this.#advance();
    return rest;
  }

  /** At most `limit` bytes of the oldest chunk, or `undefined` when empty. */
  take(limit: number): Uint8Array | undefined {
    const chunk = this.#first;
    const start = this.#taken;
    if (chunk === undefined || chunk.length - start <= limit) return this.shift();
    this.#size -= limit;
    this.#taken = start + limit;
    return chunk.subarray(start, start + limit);
  }

  clear(): void {
    this.#first = undefined;
    this.#taken = 0;
    this.#others = undefined;
    this.#next = 0;
    this.#size = 0;
    this.#slab = undefined;
    this.#loose = undefined;
  }

  /** Copies what is still here of a small view, and lets go of the large buffer behind it. */
  tidy(): void {
    const loose = this.#loose;
    this.#loose = undefined;
    if (loose === undefined || this.#first !== loose) return;
    this.#first = new Uint8Array(loose.subarray(this.#taken));
    this.#taken = 0;
  }

  #advance(): void {
    if (this.#size === 0) return this.clear();
    const others = this.#others ?? [];
    this.#taken = 0;
    this.#first = others[this.#next];
    this.#next += 1;
    if (this.#next === others.length) this.#others = undefined;
    else if (this.#next >= 64 && this.#next * 2 >= others.length) others.splice(0, this.#next);
    else return;
    this.#next = 0;
  }

  #gather(chunk: Uint8Array): void {
    const { length } = chunk;
    let slab = this.#slab;
    if (slab === undefined || this.#slabUsed + length > slab.length) {
      const wanted = slab === undefined ? FIRST_SLAB : Math.min(slab.length * 2, LARGEST_SLAB);
      slab = new Uint8Array(Math.max(wanted, length));
      this.#slab = slab;
      this.#slabUsed = 0;
    }
    const start = this.#slabUsed;
    const end = start + length;
    slab.set(chunk, start);
    this.#slabUsed = end;
    const others = this.#others;
    const tail = others?.[others.length - 1];
    if (
      others === undefined ||
      tail === undefined ||
      tail.buffer !== slab.buffer ||
      tail.byteOffset + tail.length !== start
    ) {
      return this.pushWhole(slab.subarray(start, end));
    }
    others[others.length - 1] = slab.subarray(tail.byteOffset, end);
    this.#size += length;
  }
}

const untidy: ByteQueue[] = [];

function tidyLater(queue: ByteQueue): void {
  if (untidy.push(queue) === 1) afterTurn(tidyAll);
}

function tidyAll(): void {
  for (const queue of untidy) queue.tidy();
  untidy.length = 0;
}
