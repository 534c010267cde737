// The end of a child's standard error, for the error that says why the child ended.

const LIMIT = 2048;

export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.byteLength > LIMIT) this.#bytes = Buffer.from(this.#bytes.subarray(-LIMIT));
  }

  /** At most the last 2 KiB. */
  get text(): string {
    return this.#bytes.toString().trim();
  }
}
