// What was written and not yet sent, as messages: each message costs a frame, so small chunks share one and large ones are only cut.

/** Chunks below this are copied together; those from it on become messages of their own, as views. */
const COPY_BELOW = 8 * 1024;

export class Outbox {
  readonly #maxMessage: number;
  #chunks: Uint8Array[] = [];
  #head = 0;
  #size = 0;

  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /** Bytes in the outbox. */
  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The next message, or `undefined` when there is nothing to send. */
  next(): Uint8Array | undefined {
    const first = this.#chunks[this.#head];
    if (first === undefined) return undefined;
    const message = first.length < COPY_BELOW ? this.#gather(first) : this.#cut(first);
    this.#size -= message.length;
    if (this.#size === 0) this.clear();
    else if (this.#head >= 64 && this.#head * 2 >= this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
    return message;
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#size = 0;
  }

  #cut(chunk: Uint8Array): Uint8Array {
    if (chunk.length <= this.#maxMessage) {
      this.#head += 1;
      return chunk;
    }
    this.#chunks[this.#head] = chunk.subarray(this.#maxMessage);
    return chunk.subarray(0, this.#maxMessage);
  }

  #gather(first: Uint8Array): Uint8Array {
    let length = 0;
    let end = this.#head;
    for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = this.#chunks[end]) {
      if (chunk.length >= COPY_BELOW || length + chunk.length > this.#maxMessage) break;
      length += chunk.length;
      end += 1;
    }
    if (end <= this.#head + 1) return this.#cut(first);
    const message = new Uint8Array(length);
    let at = 0;
    for (const chunk of this.#chunks.slice(this.#head, end)) {
      message.set(chunk, at);
      at += chunk.length;
    }
    this.#head = end;
    return message;
  }
}
