import { expect, test } from "vitest";
import { fingerprint, generateKeys } from "../src/index.js";

test("every one of 2,000 generated key pairs can be read, and both halves have its fingerprint", () => {
  for (let count = 0; count < 2000; count += 1) {
    const keys = generateKeys();
    expect(fingerprint(keys.privateKey)).toBe(keys.fingerprint);
    expect(fingerprint(keys.publicKey)).toBe(keys.fingerprint);
  }
});
