// Memory in which frames are masked. It is used again, by all connections: new memory for each frame costs more than copying and masking.

import type { ByteQueue } from "streams-core/kit";
import { applyKey, newKey } from "./mask.js";

const SIZE = 64 * 1024;
const MAX_SPARE = 16;
/** Where the payload begins: behind the longest header and the key, at a word. */
const PAYLOAD = 16;
const KEY = PAYLOAD - 4;

const spare: Slab[] = [];

export class Slab {
  readonly #words: Uint32Array;
  readonly #bytes: Buffer;

  /** One that holds so many bytes of payload. */
  static for(length: number): Slab {
    return (length <= SIZE ? spare.pop() : undefined) ?? new Slab(Math.max(length, SIZE));
  }

  constructor(size: number) {
    this.#words = new Uint32Array(Math.ceil((PAYLOAD + size) / 4));
    this.#bytes = Buffer.from(this.#words.buffer);
  }

  /** A frame of the queue's next bytes: the header, a new key, and the bytes masked with it. A view of this slab. */
  fill(queue: ByteQueue, length: number, header: Uint8Array): Buffer {
    const end = PAYLOAD + length;
    let at = PAYLOAD;
    for (let part = queue.take(length); part !== undefined; part = at < end ? queue.take(end - at) : undefined) {
      this.#bytes.set(part, at);
      at += part.length;
    }
    const key = newKey();
    this.#words[KEY / 4] = key;
    applyKey(this.#words, PAYLOAD / 4, Math.ceil(end / 4), key);
    this.#bytes.set(header, KEY - header.length);
    return this.#bytes.subarray(KEY - header.length, end);
  }

  /** Nobody uses its frame any more. */
  release(): void {
    if (spare.length < MAX_SPARE && this.#bytes.length === PAYLOAD + SIZE) spare.push(this);
  }
}
