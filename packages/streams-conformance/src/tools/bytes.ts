// Bytes to send and to compare.

/** Bytes that look random, the same for the same seed, and nowhere the same twice in a row. */
export function pattern(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(chunk: Uint8Array): string {
  return new TextDecoder().decode(chunk);
}

const BLOCK = 1024 * 1024;

/** SHA-256 over the SHA-256 of each MiB, so that no more than one MiB is ever held. */
export class BlockHash {
  readonly #block = new Uint8Array(BLOCK);
  #used = 0;
  #digests: Uint8Array[] = [];

  async update(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; ) {
      const part = chunk.subarray(at, at + BLOCK - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.byteLength;
      at += part.byteLength;
      if (this.#used === BLOCK) await this.#finishBlock();
    }
  }

  async digest(): Promise<string> {
    await this.#finishBlock();
    const whole = await sha256(concat(this.#digests));
    return Array.from(whole, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async #finishBlock(): Promise<void> {
    this.#digests.push(await sha256(this.#block.slice(0, this.#used)));
    this.#used = 0;
  }
}

async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", data));
}
