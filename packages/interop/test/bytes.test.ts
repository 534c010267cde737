// The bytes of a seed, which the Go peers make too.

import { expect, test } from "vitest";
import { randomBytes, Tally } from "../src/bytes.js";

test("the bytes of a seed are those of the Go peers", () => {
  // From go/kit: newRandom(1).fill of ten bytes.
  expect(Buffer.from(randomBytes(1, 10)).toString("hex")).toBe("11472d5136652cc013ed");
});

test("a tally keeps the first 64 bytes, the length and the hash of all", () => {
  const tally = new Tally();
  tally.add(randomBytes(1, 60));
  tally.add(randomBytes(2, 60));
  const { length, head, end, sha256 } = tally.done(true);
  expect([length, head.length, end, sha256.length]).toEqual([120, 128, true, 64]);
});
