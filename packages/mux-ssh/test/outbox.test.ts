import { READY } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import { Outbox } from "../src/outbox.js";

const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);
const never = (): void => {
  throw new Error("not expected");
};

describe("the outbox of a stream", () => {
  test("gives small chunks together, in order, and large ones as they are", () => {
    const box = new Outbox(1e6, never);
    const large = bytes(100_000, 4);
    for (const chunk of [bytes(1, 1), bytes(2, 2), bytes(3, 3), large]) void box.push(chunk, undefined);
    expect([...(box.take(6) ?? [])]).toEqual([1, 2, 2, 3, 3, 3]);
    expect(box.take(1000)?.buffer).toBe(large.buffer);
    expect(box.size).toBe(99_000);
  });

  test("waits beyond its room, and wakes writers in order as it empties", async () => {
    const box = new Outbox(10, never);
    expect(box.push(bytes(10), undefined)).toBe(READY);
    const woken: number[] = [];
    const waits = [1, 2].map((n) => box.push(bytes(10), undefined).then(() => woken.push(n)));
    box.take(15);
    await Promise.resolve();
    expect(woken).toEqual([]);
    box.take(5);
    await waits[0];
    expect(woken).toEqual([1]);
    box.take(1);
    await waits[1];
    expect(woken).toEqual([1, 2]);
  });

  test("an aborted write that has not begun leaves nothing of itself", async () => {
    const box = new Outbox(1, never);
    const abort = new AbortController();
    void box.push(bytes(5, 1), undefined);
    const aborted = box.push(bytes(5, 2), abort.signal);
    void box.push(bytes(5, 3), undefined);
    abort.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    expect([...(box.take(100) ?? [])]).toEqual([1, 1, 1, 1, 1, 3, 3, 3, 3, 3]);
  });

  test("an aborted write of which some has left ends the stream", async () => {
    const ended: unknown[] = [];
    const box = new Outbox(1, (reason) => ended.push(reason));
    const abort = new AbortController();
    void box.push(bytes(5), undefined);
    const aborted = box.push(bytes(20_000), abort.signal);
    box.take(5);
    box.take(10_000);
    abort.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    expect(ended).toEqual(["enough"]);
  });

  test("counts right however it is written and read", () => {
    const box = new Outbox(1e9, never);
    let written = 0;
    let read = 0;
    for (let i = 1; i <= 2000; i += 1) {
      const chunk = Uint8Array.from({ length: (i * 7919) % 300 || 1 }, () => written++ & 255);
      void box.push(chunk, undefined);
      const piece = box.take((i * 104_729) % 400 || 1);
      for (const byte of piece ?? []) expect(byte).toBe(read++ & 255);
      expect(box.size).toBe(written - read);
    }
  });
});
