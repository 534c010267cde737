import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { hasBytes, milliseconds, oneOf, printable, wholeNumber, writeNothing } from "../../src/kit/index.js";

const invalid = expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining("size") });

describe("options", () => {
  test("a whole number is taken, and undefined gives the fallback", () => {
    expect(wholeNumber("size", 5, 7)).toBe(5);
    expect(wholeNumber("size", undefined, 7)).toBe(7);
    expect(wholeNumber("size", 0, 7, { min: 0 })).toBe(0);
    expect(wholeNumber("size", 9, 7, { max: 9 })).toBe(9);
    expect(milliseconds("size", 2 ** 31 - 1, 1)).toBe(2 ** 31 - 1);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is no whole number of at least 1", (value) => {
    expect(() => wholeNumber("size", value, 7)).toThrow(invalid);
    expect(() => milliseconds("size", value, 7)).toThrow(invalid);
  });

  test("a number over the maximum, and a time that no timer can hold, are refused", () => {
    expect(() => wholeNumber("size", 10, 7, { max: 9 })).toThrow("from 1 to 9");
    expect(() => milliseconds("size", 2 ** 31, 1)).toThrow(invalid);
  });

  test("what cannot even be printed is refused with the same error", () => {
    // As plain JavaScript may call it.
    const nothing = Object.create(null);
    expect(() => wholeNumber("size", nothing, 7)).toThrow("from 1 to 9007199254740991, not an object");
    expect(() => oneOf("size", nothing, "m", ["s", "m"])).toThrow(invalid);
  });

  test("one of several words is taken, another names them", () => {
    expect(oneOf("size", "s", "m", ["s", "m", "l"])).toBe("s");
    expect(oneOf("size", undefined, "m", ["s", "m", "l"])).toBe("m");
    expect(() => oneOf<string>("size", "xl", "m", ["s", "m", "l"])).toThrow("s, m, l, not xl");
  });
});

describe("printable()", () => {
  test("escapes what could change a log or a terminal, and cuts", () => {
    expect(printable("plain ~text")).toBe("plain ~text");
    expect(printable("a\nb\u001b[31m\u00e9\u202e")).toBe("a\\u000ab\\u001b[31m\\u00e9\\u202e");
    expect(printable("x".repeat(300))).toBe(`${"x".repeat(200)}…`);
    expect(printable("abcdef", 3)).toBe("abc…");
  });
});

describe("what is written", () => {
  test("is bytes, whoever made them", async () => {
    for (const bytes of [Uint8Array.of(1), Buffer.from("a"), runInNewContext("Uint8Array.of(1)")])
      expect(hasBytes(bytes)).toBe(true);
    for (const empty of [new Uint8Array(0), runInNewContext("new Uint8Array(0)")]) {
      expect(hasBytes(empty)).toBe(false);
      await expect(writeNothing(empty)).resolves.toBeUndefined();
    }
  });

  test.each([
    undefined,
    null,
    "text",
    7,
    [1, 2],
    new ArrayBuffer(2),
    new DataView(new ArrayBuffer(2)),
    new Uint16Array(2),
  ])("%s is none", async (wrong) => {
    expect(Reflect.apply(hasBytes, undefined, [wrong])).toBe(false);
    await expect(writeNothing(wrong)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});
