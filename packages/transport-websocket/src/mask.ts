// Masking (RFC 6455 section 5.3): the bytes of a client's frame are XORed with four bytes of a key, again and again. Done in words: byte
// by byte it costs eight times as much, and was most of what a client did.

import { randomFillSync } from "node:crypto";

const KEYS = new Uint32Array(1024);
let nextKey = KEYS.length;

/** Four bytes that nobody can guess: whoever chooses what is sent must not be able to choose what is on the wire. */
export function newKey(): number {
  if (nextKey === KEYS.length) {
    randomFillSync(KEYS);
    nextKey = 0;
  }
  const key = KEYS[nextKey] ?? 0;
  nextKey += 1;
  return key;
}

/** @param key in the byte order of this machine, as it lies in `words` */
export function applyKey(words: Uint32Array, from: number, to: number, key: number): void {
  let i = from;
  for (const last = to - 3; i < last; i += 4) {
    words[i] = (words[i] ?? 0) ^ key;
    words[i + 1] = (words[i + 1] ?? 0) ^ key;
    words[i + 2] = (words[i + 2] ?? 0) ^ key;
    words[i + 3] = (words[i + 3] ?? 0) ^ key;
  }
  for (; i < to; i += 1) words[i] = (words[i] ?? 0) ^ key;
}
