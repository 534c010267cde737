// A new input out of old ones.

import type { Random } from "../sim/random.js";

/** Numbers at which decoders change their mind. */
const NUMBERS = [
  0, 1, 0x7f, 0x80, 0xff, 0x3fff, 0x4000, 0x4001, 0xffff, 0x10000, 0xffffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** @param other another input, of which a part may be taken */
export function mutate(random: Random, input: Uint8Array, other: Uint8Array, largest: number): Uint8Array {
  let bytes = input;
  for (let n = 1 + random.below(4); n > 0; n -= 1) bytes = once(random, bytes, other).subarray(0, largest);
  return bytes;
}

function once(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.byteLength + 1);
  const some = random.below(Math.min(16, bytes.byteLength - at) + 1);
  const piece = slice(random, other);
  switch (random.below(7)) {
    case 0:
      return changed(bytes, (copy) => (copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))));
    case 1:
      return changed(bytes, (copy) => (copy[at] = random.next()));
    case 2:
      return splice(bytes, at, some, new Uint8Array(0));
    case 3:
      return splice(bytes, at, 0, bytes.subarray(at, at + some));
    case 4:
      return splice(bytes, at, 0, piece);
    case 5:
      return splice(bytes, at, piece.byteLength, piece);
    default:
      return splice(bytes, at, 4, number(random));
  }
}

/** One of the numbers, in one to four bytes. */
function number(random: Random): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, NUMBERS[random.below(NUMBERS.length)] ?? 0);
  return bytes.subarray(random.below(4));
}

function slice(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.byteLength + 1);
  return bytes.subarray(at, at + random.below(64));
}

function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  // Not `slice`: that of a Buffer shares its memory.
  const copy = Uint8Array.from(bytes);
  change(copy);
  return copy;
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(Math.min(bytes.byteLength, at + removed))]);
}
