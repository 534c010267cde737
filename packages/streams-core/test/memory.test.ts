// What a Conn must do is shown of memoryPair() by streams-conformance; here is what is its own.

import { describe, expect, test } from "vitest";
import { memory, memoryPair } from "../src/index.js";
import { READY } from "../src/kit/index.js";
import { bytes, failure, text } from "./helpers/failure.js";

describe("memoryPair()", () => {
  test("a write that has room gives the shared promise", () => {
    const [near] = memoryPair();
    expect(near.write(bytes("x"))).toBe(READY);
    expect(near.write(new Uint8Array(0))).toBe(READY);
  });

  test("a write waits once the high water mark is reached, until the reader made room", async () => {
    const [near, far] = memoryPair({ highWaterMark: 4 });
    expect(near.write(bytes("1234"))).toBe(READY);
    let done = false;
    const waiting = near.write(bytes("5")).then(() => {
      done = true;
    });
    await READY;
    expect(done).toBe(false);
    expect(text(await far.read())).toBe("1234");
    await waiting;
    expect(text(await far.read())).toBe("5");
  });

  test("close waits for the writes before it", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1 });
    void near.write(bytes("a"));
    void near.write(bytes("b"));
    let closed = false;
    const closing = near.close().then(() => {
      closed = true;
    });
    await READY;
    expect(closed).toBe(false);
    await far.read();
    await far.read();
    await closing;
    expect(await far.read()).toBeNull();
  });

  test("close rejects when the pipe fails before its end was handed on", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1 });
    void near.write(bytes("a"));
    void near.write(bytes("b"));
    const closing = near.close();
    far.reset();
    expect((await failure(closing, "ERR_RESET")).remote).toBe(true);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "a high water mark of %d is refused",
    (highWaterMark) => {
      expect(() => memoryPair({ highWaterMark })).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
      expect(() => memory({ highWaterMark })).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    },
  );
});

describe("memory()", () => {
  const url = new URL("memory://here/path");

  test("connects who dials to who serves", async () => {
    const transport = memory();
    await using server = await transport.serve(url);
    expect(server.url.href).toBe(url.href);
    const near = await transport.dial(url);
    const far = await server.accept();
    await near.write(bytes("hello"));
    expect(text((await far?.read()) ?? null)).toBe("hello");
  });

  test("dialling where nothing serves is ERR_UNREACHABLE, also after the server closed", async () => {
    const transport = memory();
    await failure(transport.dial(url), "ERR_UNREACHABLE");
    const server = await transport.serve(url);
    await failure(transport.dial(new URL("memory://here/other")), "ERR_UNREACHABLE");
    await failure(memory().dial(url), "ERR_UNREACHABLE");
    await server.close();
    await failure(transport.dial(url), "ERR_UNREACHABLE");
  });

  test("serving an address twice is ERR_ADDRESS_IN_USE, until the first server closed", async () => {
    const transport = memory();
    const first = await transport.serve(url);
    await failure(transport.serve(url), "ERR_ADDRESS_IN_USE");
    await first.close();
    await using again = await transport.serve(url);
    expect(again.url.href).toBe(url.href);
  });

  test("closing the server resets what nobody accepted, and accept gives null", async () => {
    const transport = memory();
    const server = await transport.serve(url);
    const near = await transport.dial(url);
    await server.close();
    expect((await failure(near.read(), "ERR_RESET")).remote).toBe(true);
    expect(await server.accept()).toBeNull();
    await server.close();
  });

  test("a signal that has fired stops dial and serve", async () => {
    const transport = memory();
    const reason = new Error("stop");
    await expect(transport.dial(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(transport.serve(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await using server = await transport.serve(url);
    expect(server.url.href).toBe(url.href);
  });
});
