import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../src/kit/index.js";

type Step = { push: Uint8Array; pinned: boolean } | { take: number } | "shift";

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ push: fc.uint8Array({ maxLength: 1200 }), pinned: fc.boolean() }),
  fc.record({ push: fc.uint8Array({ maxLength: 8 }), pinned: fc.boolean() }),
  fc.record({ take: fc.integer({ min: 1, max: 900 }) }),
  fc.constant("shift" as const),
);

/** The bytes as a small view of a large buffer, as they come out of a socket. */
function view(content: Uint8Array): Uint8Array {
  const large = new Uint8Array(64 * 1024);
  large.set(content, 100);
  return large.subarray(100, 100 + content.byteLength);
}

describe("ByteQueue", () => {
  test("gives the bytes in the order they came, however they are pushed and taken", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new ByteQueue();
        const model: number[] = [];
        const gone = (chunk: Uint8Array | undefined): void => {
          if (chunk === undefined) return expect(model).toEqual([]);
          expect(chunk.byteLength).toBeGreaterThan(0);
          expect([...chunk]).toEqual(model.splice(0, chunk.byteLength));
        };
        for (const one of steps) {
          if (one === "shift") gone(queue.shift());
          else if ("take" in one) {
            const chunk = queue.take(one.take);
            expect(chunk?.byteLength ?? 0).toBeLessThanOrEqual(one.take);
            gone(chunk);
          } else {
            queue.push(one.pinned ? view(one.push) : one.push);
            model.push(...one.push);
          }
          expect(queue.size).toBe(model.length);
        }
        while (queue.size > 0) gone(queue.shift());
        gone(queue.shift());
      }),
      { numRuns: 400 },
    );
  });

  test("small views are copied together, so that they pin no large buffer", () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 10_000; i += 1) queue.push(view(Uint8Array.of(i)));
    const buffers = new Set<ArrayBufferLike>();
    for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) buffers.add(chunk.buffer);
    const held = [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
    // The first of them is a view still: it is copied when it was not taken in the turn in which it came.
    expect(held).toBeLessThan(64 * 1024 + 40_000);
  });

  test("a small view leaves as it is in the turn in which it came, and is a copy after it", async () => {
    const queue = new ByteQueue();
    const content = Uint8Array.of(1, 2, 3, 4);
    const prompt = view(content);
    queue.push(prompt);
    expect(queue.shift()).toBe(prompt);

    queue.push(view(content));
    queue.push(view(Uint8Array.of(5)));
    expect(queue.take(1)?.[0]).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    const [late, last] = [queue.shift(), queue.shift()];
    expect([...(late ?? []), ...(last ?? [])]).toEqual([2, 3, 4, 5]);
    expect(late?.buffer.byteLength).toBe(3);
  });

  test("large chunks are passed on as they are", () => {
    const queue = new ByteQueue();
    const chunk = new Uint8Array(4096);
    queue.push(chunk);
    expect(queue.shift()).toBe(chunk);
  });

  test("bytes that were given out are not written over by later ones", () => {
    const queue = new ByteQueue();
    queue.push(view(Uint8Array.of(1, 2, 3)));
    const first = queue.shift();
    queue.push(view(Uint8Array.of(4, 5, 6)));
    queue.push(view(Uint8Array.of(7, 8, 9)));
    const part = queue.take(1);
    queue.push(view(Uint8Array.of(10)));
    expect([...(first ?? [])]).toEqual([1, 2, 3]);
    expect([...(part ?? [])]).toEqual([4]);
  });

  test("what comes while the last chunk is half taken is behind it", () => {
    const queue = new ByteQueue();
    for (const content of [[1], [2, 3]]) queue.push(view(Uint8Array.from(content)));
    expect([...(queue.shift() ?? []), ...(queue.take(1) ?? [])]).toEqual([1, 2]);
    queue.push(view(Uint8Array.of(4)));
    expect([...(queue.shift() ?? []), ...(queue.shift() ?? [])]).toEqual([3, 4]);
    expect(queue.size).toBe(0);
  });

  test("clear drops everything", () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1));
    queue.clear();
    expect(queue.size).toBe(0);
    expect(queue.shift()).toBeUndefined();
    queue.push(view(Uint8Array.of(2)));
    expect([...(queue.shift() ?? [])]).toEqual([2]);
  });
});
