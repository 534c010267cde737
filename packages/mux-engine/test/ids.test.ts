// Which ids a peer may open, and which ones count as used.

import { gappedIds, parityIds } from "mux-engine";
import { describe, expect, test } from "vitest";

const range = { local: 1, remote: 2, step: 2, max: 99 };

describe.each([
  ["in order", parityIds],
  ["with gaps", gappedIds],
])("ids %s", (_, make) => {
  test("of this end go up to the last, and then there are none", () => {
    const ids = make({ ...range, max: 5 });
    expect([ids.take(), ids.take(), ids.take(), ids.take()]).toEqual([1, 3, 5, undefined]);
    expect([1, 2, 3, 5].map((id) => ids.wasUsed(id))).toEqual([true, false, true, true]);
  });

  test("of the peer must have its parity, not be too large, and come once", () => {
    const ids = make(range);
    expect([0, 1, 3, 100, 4, 4].map((id) => ids.open(id))).toEqual([false, false, false, false, true, false]);
    expect(ids.lastRemote).toBe(4);
  });
});

test("in order, a smaller id than the last may not come", () => {
  const ids = parityIds(range);
  expect(ids.open(6)).toBe(true);
  expect(ids.open(4)).toBe(false);
  expect(ids.wasUsed(4)).toBe(true);
});

test("with gaps, every id comes once in any order, and only those that came were used", () => {
  const ids = gappedIds(range);
  const order = [40, 2, 60, 38, 58, 4, 44, 20, 42, 62];
  const seen = new Set<number>();
  for (const id of order) {
    expect(ids.wasUsed(id)).toBe(false);
    expect(ids.open(id)).toBe(true);
    seen.add(id);
    for (let other = 2; other <= 98; other += 2) expect(ids.wasUsed(other)).toBe(seen.has(other));
    expect(ids.open(id)).toBe(false);
  }
  expect(ids.lastRemote).toBe(62);
});

test("a peer that leaves a thousand gaps is a flood", () => {
  const ids = gappedIds({ ...range, max: 0x7fffffff });
  for (let i = 1; i <= 1000; i += 1) expect(ids.open(4 * i)).toBe(true);
  expect(() => ids.open(4 * 1001)).toThrow(expect.objectContaining({ code: "ERR_CALM" }));
});
