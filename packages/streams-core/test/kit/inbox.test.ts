import { describe, expect, test } from "vitest";
import { StreamsError } from "../../src/index.js";
import { END, Inbox } from "../../src/kit/index.js";
import { bytes, failure, text } from "../helpers/failure.js";

const reset = new StreamsError("ERR_RESET", "reset");

describe("Inbox", () => {
  test("gives what was pushed in order, then null for ever, which is the shared promise", async () => {
    const inbox = new Inbox();
    inbox.push(bytes("a"));
    inbox.push(new Uint8Array(0));
    expect(inbox.size).toBe(1);
    const first = inbox.read();
    inbox.push(bytes("b"));
    inbox.end();
    inbox.push(bytes("after the end"));
    expect([text(await first), text(await inbox.read())]).toEqual(["a", "b"]);
    expect(inbox.read()).toBe(END);
    expect(inbox.read()).toBe(END);
  });

  test("a read that waits gets the next chunk, the end or the error", async () => {
    const withChunk = new Inbox();
    const chunk = withChunk.read();
    expect(withChunk.wanted).toBe(true);
    withChunk.push(bytes("x"));
    expect(withChunk.wanted).toBe(false);
    expect(text(await chunk)).toBe("x");
    const withEnd = new Inbox();
    const end = withEnd.read();
    withEnd.end();
    expect(await end).toBeNull();
    const withError = new Inbox();
    const error = withError.read();
    withError.fail(reset);
    await expect(error).rejects.toBe(reset);
  });

  test("what is not taken in its turn holds at most four times its size", async () => {
    const inbox = new Inbox();
    const views = [300, 20_000, 63_000].map((size) =>
      new Uint8Array(256 * 1024).subarray(7, 7 + size).fill(size % 251),
    );
    for (const view of views) inbox.push(view);
    await new Promise((resolve) => setTimeout(resolve));
    const got: Uint8Array[] = [];
    while (inbox.size > 0) {
      const chunk = await inbox.read();
      if (chunk === null) throw new Error("The end came before the bytes.");
      got.push(chunk);
    }
    expect(Buffer.concat(got).equals(Buffer.concat(views))).toBe(true);
    const held = new Set(got.map((chunk) => chunk.buffer));
    const size = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(size).toBeLessThanOrEqual(4 * Buffer.concat(views).byteLength);
  });

  test("tells of each chunk when it is taken, not when it comes", async () => {
    const taken: number[] = [];
    const inbox = new Inbox((length) => taken.push(length));
    inbox.push(new Uint8Array(3000));
    inbox.push(new Uint8Array(2000));
    expect(taken).toEqual([]);
    await inbox.read();
    expect(taken).toEqual([3000]);
    await inbox.read();
    const waiting = inbox.read();
    expect(taken).toEqual([3000, 2000]);
    inbox.push(new Uint8Array(7));
    await waiting;
    expect(taken).toEqual([3000, 2000, 7]);
  });

  test("fail gives what is here first, abandon drops it and says how much that was", async () => {
    const failed = new Inbox();
    failed.push(bytes("kept"));
    failed.fail(reset);
    expect(text(await failed.read())).toBe("kept");
    await expect(failed.read()).rejects.toBe(reset);
    await expect(failed.read()).rejects.toBe(reset);
    const abandoned = new Inbox();
    abandoned.push(bytes("dropped"));
    expect(abandoned.abandon(reset)).toBe(7);
    await expect(abandoned.read()).rejects.toBe(reset);
  });

  test("an end that was put in stays the end, read or not, whatever fails after it", async () => {
    const inbox = new Inbox();
    inbox.push(bytes("all"));
    inbox.end();
    inbox.fail(reset);
    expect(text(await inbox.read())).toBe("all");
    expect(await inbox.read()).toBeNull();
    inbox.fail(reset);
    expect(await inbox.read()).toBeNull();
  });

  test("a second read rejects and leaves the first alone", async () => {
    const inbox = new Inbox();
    const first = inbox.read();
    await failure(inbox.read(), "ERR_READ_PENDING");
    inbox.push(bytes("x"));
    expect(text(await first)).toBe("x");
  });

  test("an aborted read rejects with the reason, and its chunk goes to the next read", async () => {
    const inbox = new Inbox();
    const controller = new AbortController();
    const aborted = inbox.read({ signal: controller.signal });
    controller.abort("why");
    await expect(aborted).rejects.toBe("why");
    inbox.push(bytes("x"));
    await expect(inbox.read({ signal: controller.signal })).rejects.toBe("why");
    expect(text(await inbox.read())).toBe("x");
  });
});
