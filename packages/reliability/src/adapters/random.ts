// Numbers that are the same for the same seed.

/** Gives whole numbers from 0 to 2³²−1 (xorshift). */
export function random(seed: number): () => number {
  let state = Math.imul(seed, 0x9e37_79b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
