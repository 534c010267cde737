import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isStreamsError, StreamsError } from "../../src/index.js";
import { checkHeaders, decodeHeaders, encodeHeaders, HEADER_LIMITS, toHeaders } from "../../src/kit/index.js";

const TOKEN = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"];
const VALUE = Array.from({ length: 0x100 }, (_, i) => String.fromCharCode(i)).filter((char) => !/[\0\r\n]/.test(char));

const name = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 40 });
const value = fc.string({ unit: fc.constantFrom(...VALUE), maxLength: 100 });

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isStreamsError(error)) return `${error.code}${error.remote ? " remote" : ""}`;
    throw error;
  }
  return "none";
}

describe("headers as bytes", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 40 }), (fields) => {
        const headers = new Headers(fields);
        expect([...decodeHeaders(encodeHeaders(fields))]).toEqual([...headers]);
      }),
      { numRuns: 200 },
    );
  });

  test("have this layout", () => {
    const block = encodeHeaders([["A", "\xe9x"]]);
    expect([...block]).toEqual([1, 0, 2, 0x61, 0xe9, 0x78]);
    expect(encodeHeaders(undefined).byteLength).toBe(0);
    expect(encodeHeaders({}).byteLength).toBe(0);
    expect([...encodeHeaders({ a: "x".repeat(0x123) }).subarray(0, 3)]).toEqual([1, 1, 0x23]);
  });

  test("keep several set-cookie fields apart", () => {
    const fields: [string, string][] = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ];
    expect(decodeHeaders(encodeHeaders(fields)).getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test("over a limit are ERR_HEADERS_TOO_LARGE, at a limit they are not", () => {
    const limits = { bytes: 100, fields: 3 };
    expect(code(() => encodeHeaders({ a: "x".repeat(96) }, limits))).toBe("none");
    expect(code(() => encodeHeaders({ a: "x".repeat(97) }, limits))).toBe("ERR_HEADERS_TOO_LARGE");
    expect(code(() => encodeHeaders({ a: "", b: "", c: "" }, limits))).toBe("none");
    expect(code(() => encodeHeaders({ a: "", b: "", c: "", d: "" }, limits))).toBe("ERR_HEADERS_TOO_LARGE");
    const vast = { bytes: 1e9, fields: 1e9 };
    expect(code(() => encodeHeaders({ a: "x".repeat(65_535) }, vast))).toBe("none");
    expect(code(() => encodeHeaders({ a: "x".repeat(65_536) }, vast))).toBe("ERR_HEADERS_TOO_LARGE");
    expect(code(() => encodeHeaders({ ["n".repeat(255)]: "" }, vast))).toBe("none");
    expect(code(() => encodeHeaders({ ["n".repeat(256)]: "" }, vast))).toBe("ERR_HEADERS_TOO_LARGE");
  });

  test("of a peer over a limit are its ERR_HEADERS_TOO_LARGE", () => {
    const block = encodeHeaders({ a: "1", b: "2" });
    for (const check of [checkHeaders, decodeHeaders]) {
      expect(code(() => check(block, { bytes: block.byteLength, fields: 2 }))).toBe("none");
      expect(code(() => check(block, { bytes: block.byteLength - 1, fields: 2 }))).toBe("ERR_HEADERS_TOO_LARGE remote");
      expect(code(() => check(block, { bytes: 1e6, fields: 1 }))).toBe("ERR_HEADERS_TOO_LARGE remote");
    }
    expect(HEADER_LIMITS).toEqual({ bytes: 16_384, fields: 128 });
  });

  test("that are cut anywhere but between fields are the peer's ERR_PROTOCOL", () => {
    const block = encodeHeaders({ one: "1", two: "22" });
    for (let length = 1; length < block.byteLength; length += 1) {
      const expected = length === 7 ? "none" : "ERR_PROTOCOL remote";
      expect(code(() => decodeHeaders(block.subarray(0, length)))).toBe(expected);
    }
  });

  test("of random bytes give headers or a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (block) => {
        expect(["none", "ERR_PROTOCOL remote", "ERR_HEADERS_TOO_LARGE remote"]).toContain(
          code(() => decodeHeaders(block)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a b", "x"],
    ["", "x"],
    ["a", "x\ny"],
    ["a", "\u20ac"],
  ])("with the field %j: %j are ERR_HEADERS_INVALID", (field, content) => {
    expect(code(() => toHeaders([[field, content]]))).toBe("ERR_HEADERS_INVALID");
    expect(code(() => encodeHeaders([[field, content]]))).toBe("ERR_HEADERS_INVALID");
    try {
      toHeaders([[field, content]]);
    } catch (error) {
      expect(error).toBeInstanceOf(StreamsError);
      expect((error as Error).cause).toBeInstanceOf(TypeError);
    }
  });
});
