// Small pieces of memory cut out of a larger one: an array buffer for each would cost ten times as much, and a collection later.

const SLAB = 4096;
/** Larger pieces get a buffer of their own, so that none keeps much more than itself. */
const LARGEST = SLAB / 8;

let slab = new Uint8Array(SLAB);
let used = 0;

/** Room for `size` bytes, all of which the caller must write. For what never leaves the library: its buffer has other bytes too. */
export function roomFor(size: number): Uint8Array {
  if (size > LARGEST) return new Uint8Array(size);
  if (used + size > SLAB) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  used += size;
  return slab.subarray(used - size, used);
}

/** A copy of these bytes, which keeps nothing of the buffer they are in. For what never leaves the library. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = roomFor(end - start);
  for (let i = start; i < end; i += 1) copy[i - start] = bytes[i] ?? 0;
  return copy;
}
