// A decoder with a fault that chance alone does not find: each step towards it is one more comparison.

import type { Decoder } from "../../src/fuzz/decoders.js";

export const PLANTED: Decoder = {
  name: "planted",
  inputs: 0,
  code: ["planted"],
  decode: (input) => {
    const [a, b, c] = input;
    if (a === 0x53) {
      if (b === 0x1e) {
        if (c === 0xed) throw new TypeError("Found.");
        return "closer";
      }
      return "close";
    }
    return "far";
  },
  make: (random, into) => {
    for (let i = 0; i < 4; i += 1) into[i] = random.below(256);
    return 4;
  },
  samples: async () => [new Uint8Array(4)],
};
