// Header blocks through zlib in both directions, and those that must stop us before they cost anything.

import { constants, createInflate, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Deflater, Inflater } from "../src/headers/compression.js";
import { DICTIONARY } from "../src/headers/dictionary.js";
import { bytes, Headers31 } from "./tools/frames.js";

const START = [0x78, 0x20, 0xe3, 0xc6, 0xa7, 0xc2];
const text = (size: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 24) & (i % 64 < 32 ? 255 : 7));

const inflated = (inflater: Inflater, block: Uint8Array): string =>
  Buffer.from(inflater.inflate(block, 0, block.byteLength)).toString("latin1");

function stored(deflater: Deflater, piece: Uint8Array): Uint8Array {
  const block = new Uint8Array(deflater.size(piece));
  deflater.write(block, 0, piece);
  return block;
}

test("blocks that zlib compresses into one stream are read one by one, far beyond what it looks back", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 12 });
  const flushes = fc.constantFrom(constants.Z_SYNC_FLUSH, constants.Z_FULL_FLUSH);
  await fc.assert(
    fc.asyncProperty(sizes, flushes, async (lengths, flush) => {
      const peer = new Headers31();
      const inflater = new Inflater();
      for (const length of lengths) {
        // The same letters again and again, so that it looks back as far as it can.
        const sent = text(length, length % 3);
        expect(inflated(inflater, await peer.compress(sent, flush))).toBe(Buffer.from(sent).toString("latin1"));
      }
    }),
    { numRuns: 25 },
  );
});

test("what we store is one stream to zlib, of which each block can be read as it comes", async () => {
  const inflate = createInflate({ dictionary: DICTIONARY });
  const chunks: Buffer[] = [];
  inflate.on("data", (chunk: Buffer) => chunks.push(chunk));
  const pieces = [4, 0, 300, 40_000, 0, 65_535, 1].map((size) => text(size));
  const deflater = new Deflater();
  for (const piece of pieces) {
    chunks.length = 0;
    await new Promise((resolve) => inflate.write(stored(deflater, piece), resolve));
    expect(Buffer.concat(chunks).equals(piece)).toBe(true);
  }
});

test("what we store is what we read", () => {
  const [inflater, deflater] = [new Inflater(), new Deflater()];
  for (const size of [4, 0, 300, 40_000, 65_535])
    expect(inflated(inflater, stored(deflater, text(size)))).toBe(Buffer.from(text(size)).toString("latin1"));
});

describe("row 7: a header block that", () => {
  const bomb = (size: number): Uint8Array =>
    bytes(START, deflateRawSync(Buffer.alloc(size), { finishFlush: constants.Z_SYNC_FLUSH }));

  test("is 64 KiB large is still read", () => {
    expect(inflated(new Inflater(), bomb(65536))).toHaveLength(65536);
  });

  test.each([65537, 1 << 20, 1 << 28])("becomes %i bytes stops at 64 KiB, whatever it is", (size) => {
    const block = bomb(size);
    const before = process.memoryUsage();
    expect(() => inflated(new Inflater(), block)).toThrow(expect.objectContaining({ code: "ERR_HEADERS_TOO_LARGE" }));
    const { arrayBuffers, external } = process.memoryUsage();
    expect(Math.max(arrayBuffers - before.arrayBuffers, external - before.external)).toBeLessThan(1 << 20);
  });
});

describe("row 6: a header block that", () => {
  const wrong: [string, Uint8Array][] = [
    ["is empty", bytes()],
    ["ends in its start", bytes(START.slice(0, 5))],
    ["is compressed otherwise", bytes([0x79, 0xbb], START.slice(2))],
    ["fails the check of its start", bytes([0x78, 0x21], START.slice(2))],
    ["has no dictionary", bytes([0x78, 0x9c, 0, 0, 0, 0])],
    ["has another dictionary", bytes([0x78, 0x20, 1, 2, 3, 4])],
    ["has a block of an unknown kind", bytes(START, [7, 0, 0])],
    [
      "looks back beyond the start",
      bytes(START, deflateRawSync(text(99), { dictionary: bytes(text(99), new Uint8Array(9999)) })),
    ],
    ["contradicts itself about a length", bytes(START, [0, 5, 0, 0, 0, 1, 2, 3, 4, 5])],
  ];

  test.each(wrong)("%s is the peer's fault", (_, block) => {
    expect(() => inflated(new Inflater(), block)).toThrow(
      expect.objectContaining({ code: "ERR_PROTOCOL", remote: true }),
    );
  });

  test("is noise gives text or a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        try {
          inflated(new Inflater(), bytes(START, noise));
        } catch (error) {
          expect(error).toMatchObject({ name: "StreamsError", remote: true });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
