// Streams by id. A Map would do but for the collector: each time it makes room it leaves behind a table with all that was in it, and of a
// session with much coming and going every stream then lives until the next major collection.

const SMALLEST_BITS = 4;
/** Up to this size a table keeps what it has grown to: sessions that open and end hundreds at a time would resize all the time. */
const KEPT_BITS = 10;

/** Open addressing with linear probing; what is deleted leaves no mark. */
export class IdTable<T extends { readonly number: number }> {
  #bits = SMALLEST_BITS;
  #slots: (T | undefined)[] = emptySlots(SMALLEST_BITS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): T | undefined {
    return this.#slots[this.#find(id)];
  }

  /** Adds an item whose id is not in the table. */
  add(item: T): void {
    if (2 * (this.#size + 1) > this.#slots.length) this.#resize(this.#bits + 1);
    this.#slots[this.#find(item.number)] = item;
    this.#size += 1;
  }

  delete(id: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#find(id);
    if (slots[hole] === undefined) return false;
    this.#size -= 1;
    // What follows moves up, unless it is nearer to where it belongs already.
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const item = slots[i];
      if (item === undefined) break;
      const home = this.#home(item.number);
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      slots[hole] = item;
      hole = i;
    }
    slots[hole] = undefined;
    if (this.#bits > KEPT_BITS && 16 * this.#size < slots.length) this.#resize(this.#bits - 2);
    return true;
  }

  /** In no order that means anything. */
  values(): T[] {
    return this.#slots.filter((item) => item !== undefined);
  }

  /** Where the id is, or would be. */
  #find(id: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let i = this.#home(id);
    for (let item = slots[i]; item !== undefined && item.number !== id; item = slots[i]) i = (i + 1) & mask;
    return i;
  }

  /** Multiplicative hashing (Knuth, The Art of Computer Programming 3, section 6.4). */
  #home(id: number): number {
    return Math.imul(id, 0x9e3779b1) >>> (32 - this.#bits);
  }

  #resize(bits: number): void {
    const items = this.values();
    this.#bits = bits;
    this.#slots = emptySlots(this.#bits);
    for (const item of items) this.#slots[this.#find(item.number)] = item;
  }
}

function emptySlots<T>(bits: number): (T | undefined)[] {
  return Array.from({ length: 2 ** bits }, () => undefined);
}
