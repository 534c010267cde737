import fc from "fast-check";
import { Output } from "mux-engine";
import { expect, test } from "vitest";

test("what was reserved and appended comes out in order, whenever it is taken", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("reserve" as const), size: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ kind: fc.constant("append" as const), size: fc.integer({ min: 0, max: 5000 }) }),
    fc.record({ kind: fc.constant("take" as const), size: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const out = new Output();
      const taken: Uint8Array[] = [];
      const expected: Buffer[] = [];
      let fill = 0;
      for (const { kind, size } of steps) {
        fill = (fill + 1) & 255;
        if (kind === "take") taken.push(...out.take());
        else expected.push(Buffer.alloc(size, fill));
        if (kind === "reserve") {
          const at = out.reserve(size);
          out.bytes.fill(fill, at, at + size);
        } else if (kind === "append") out.append(new Uint8Array(size).fill(fill));
      }
      taken.push(...out.take());
      expect(out.size).toBe(0);
      expect(Buffer.concat(taken).equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});

test("small payloads share one chunk with their headers, large ones are passed on as they are", () => {
  const out = new Output();
  const large = new Uint8Array(2049);
  for (const payload of [new Uint8Array(2048), new Uint8Array(3), large, new Uint8Array(1)]) {
    out.reserve(8);
    out.append(payload);
  }
  expect(out.size).toBe(4 * 8 + 2048 + 3 + 2049 + 1);
  const chunks = out.take();
  expect(chunks.map((chunk) => chunk.byteLength)).toEqual([8 + 2048 + 8 + 3 + 8, 2049, 8 + 1]);
  expect(chunks[1]).toBe(large);
});
