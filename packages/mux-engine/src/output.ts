// Bytes on their way to the transport: headers and small payloads gathered in slabs, large payloads passed on as they are.

const SLAB = 32 * 1024;
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
    if (this.#end + length > this.#slab.byteLength) {
      this.#seal();
      this.#slab = new Uint8Array(Math.max(SLAB, length));
      this.#start = 0;
      this.#end = 0;
    }
    const at = this.#end;
    this.#end += length;
    this.#size += length;
    return at;
  }

  append(payload: Uint8Array): void {
    const length = payload.byteLength;
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

  #seal(): void {
    if (this.#end > this.#start) this.#chunks.push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
