// Bytes on their way to the transport: headers and small payloads gathered in slabs, large payloads passed on as they are.

/** Sessions that say little keep little. */
const FIRST_SLAB = 512;
const LARGEST_SLAB = 32 * 1024;
/** Payloads up to this size are copied: one more buffer in a vectored write costs more than copying this. */
const COPY = 2048;

export class Output {
  #slab = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** Bytes not taken yet. */
  get size(): number {
    return this.#size;
  }

  /** The slab that `reserve` gave room in. */
  get bytes(): Uint8Array {
    return this.#slab;
  }

  /** Makes room for `length` contiguous bytes, at most 32 KiB, and returns where in `bytes` they start. */
  reserve(length: number): number {
    if (this.#end + length > this.#slab.length) this.#renew(length);
    const at = this.#end;
    this.#end += length;
    this.#size += length;
    return at;
  }

  append(payload: Uint8Array): void {
    const length = payload.length;
    if (length === 0) return;
    if (length <= COPY) {
      const at = this.reserve(length);
      this.#slab.set(payload, at);
      return;
    }
    this.#seal();
    this.#chunks.push(payload);
    this.#size += length;
  }

  /** Everything so far, in order. */
  take(): Uint8Array[] {
    this.#seal();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#size = 0;
    return chunks;
  }

  /** A slab that is still small is outgrown, and what waits in it moves along; one as large as they come is left behind. */
  #renew(length: number): void {
    const waiting = this.#slab.subarray(this.#start, this.#end);
    const outgrown = this.#slab.length < LARGEST_SLAB && waiting.length + length <= LARGEST_SLAB;
    if (!outgrown) this.#seal();
    const grown = Math.max(FIRST_SLAB, 4 * this.#slab.length, waiting.length + length);
    this.#slab = new Uint8Array(outgrown ? Math.min(grown, LARGEST_SLAB) : Math.max(LARGEST_SLAB, length));
    this.#start = 0;
    this.#end = 0;
    if (!outgrown) return;
    this.#slab.set(waiting);
    this.#end = waiting.length;
  }

  #seal(): void {
    if (this.#end > this.#start) this.#chunks.push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
