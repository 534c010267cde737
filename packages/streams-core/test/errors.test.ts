import { describe, expect, test } from "vitest";
import { isStreamsError, StreamsError } from "../src/index.js";

describe("StreamsError", () => {
  test("has a code, and says neither remote nor retryable unless told", () => {
    const error = new StreamsError("ERR_CLOSED", "closed");
    expect(error).toMatchObject({ name: "StreamsError", code: "ERR_CLOSED", remote: false, retryable: false });
    expect("cause" in error).toBe(false);
    expect(error.resetCode).toBeUndefined();
    expect(error.headers).toBeUndefined();
  });

  test("keeps what it is given", () => {
    const cause = new Error("below");
    const headers = new Headers({ a: "b" });
    const details = { remote: true, retryable: true, resetCode: 0, headers, cause };
    expect(new StreamsError("ERR_REFUSED", "no", details)).toMatchObject({ ...details, message: "no" });
  });

  test("is known by its name and code, also when it comes from another copy of the package", () => {
    class Other extends Error {
      override readonly name = "StreamsError";
      readonly code = "ERR_RESET";
    }
    expect(isStreamsError(new Other())).toBe(true);
    expect(isStreamsError(new Other(), "ERR_RESET")).toBe(true);
    expect(isStreamsError(new Other(), "ERR_CLOSED")).toBe(false);
    expect(isStreamsError(new Error("ERR_RESET"))).toBe(false);
    expect(isStreamsError({ name: "StreamsError", code: "ERR_RESET" })).toBe(false);
    expect(isStreamsError(undefined)).toBe(false);
  });
});
