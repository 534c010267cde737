// The common cases pass against a wire that does everything right, and see what one does wrong.

import { describe, expect, test } from "vitest";
import type { Wire } from "../src/original.js";
import { planOf, type Try } from "../src/plan.js";
import { runOne } from "../src/run.js";
import { nativeOriginal } from "./tools/native-original.js";

const wireOf = (...originals: Wire["originals"]): Wire => ({
  name: "native",
  originals,
  cases: [],
  ours: () => nativeOriginal().mux("client"),
  stock: () => nativeOriginal().mux("client"),
});

describe("against our own wire", () => {
  for (const one of planOf(wireOf(nativeOriginal()))) {
    test(`we are ${one.role}: ${one.case.name}`, async () => {
      expect(await runOne(one)).toMatchObject({ result: "passed", note: "" });
    });
  }
});

describe("a wire that does wrong is seen", () => {
  const tryOf = (part: string, original = nativeOriginal()): Try => {
    const found = planOf(wireOf(original)).find((one) => one.case.name.includes(part));
    if (found === undefined) throw new Error(`no case is about ${part}`);
    return found;
  };

  test("a byte that is another", async () => {
    const wrong = nativeOriginal((chunk) => chunk.map((byte, at) => (at === 0 ? byte ^ 1 : byte)));
    const { result, note } = await runOne(tryOf("the peer echoes 64 KiB", wrong));
    expect({ result, note }).toMatchObject({ result: "failed", note: expect.stringContaining("the bytes are others") });
  });

  test("a byte that is missing", async () => {
    const wrong = nativeOriginal((chunk) => chunk.subarray(1));
    const { result, note } = await runOne(tryOf("the peer echoes 64 KiB", wrong));
    expect({ result, note }).toMatchObject({ result: "failed", note: expect.stringContaining("bytes of 65537") });
  });

  test("a reset that is seen with another code", async () => {
    const { result, note } = await runOne(
      tryOf("we reset a stream of ours", { ...nativeOriginal(), seesReset: { code: 6 } }),
    );
    expect({ result, note }).toMatchObject({ result: "failed", note: expect.stringContaining("5 !== 6") });
  });

  test("a refusal that was to be seen as an end", async () => {
    const { result, note } = await runOne(tryOf("we refuse", { ...nativeOriginal(), seesRefusal: "end" }));
    expect({ result, note }).toMatchObject({ result: "failed", note: expect.stringContaining("seen as an end") });
  });
});
