import fc from "fast-check";
import { expect, test } from "vitest";
import { IdTable } from "../src/id-table.js";

test("an IdTable holds what a Map would, however ids come and go", () => {
  const step = fc.record({ id: fc.integer({ min: 1, max: 400 }), add: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2000 }), fc.integer({ min: 1, max: 0x7ffffe00 }), (steps, base) => {
      const table = new IdTable<{ readonly number: number }>();
      const model = new Map<number, { readonly number: number }>();
      for (const { id, add } of steps) {
        const number = base + id;
        const known = model.get(number);
        expect(table.get(number)).toBe(known);
        if (add && known === undefined) {
          const item = { number };
          table.add(item);
          model.set(number, item);
        } else if (!add) {
          expect(table.delete(number)).toBe(model.delete(number));
        }
        expect(table.size).toBe(model.size);
      }
      expect(new Set(table.values())).toEqual(new Set(model.values()));
    }),
    { numRuns: 100 },
  );
});

test("100,000 streams come and go, and all are found meanwhile", () => {
  const table = new IdTable<{ readonly number: number }>();
  const items = Array.from({ length: 100_000 }, (_, i) => ({ number: 2 * i + 1 }));
  for (const item of items) table.add(item);
  expect(items.every((item) => table.get(item.number) === item)).toBe(true);
  for (const item of items) expect(table.delete(item.number)).toBe(true);
  expect(table.size).toBe(0);
  expect(table.values()).toEqual([]);
});
