// The same bytes, cut in every way.

import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf } from "./tools/codec.js";
import { bytes, EXTENSION, framesOf } from "./tools/frames.js";

const { frame, syn, fin, psh, nop, upd, sign } = framesOf(2);

/** Every kind of frame, as a client of ours sends them. */
const TRACE = bytes(
  sign,
  frame(EXTENSION, 3, "about it"),
  syn(3),
  psh(3, "hello"),
  syn(7),
  psh(7, ""),
  psh(3, "hello again, and for longer"),
  upd(3, 0, 300_000),
  nop(),
  fin(3),
  syn(5),
  fin(7),
);

const whole = eventsOf([TRACE], 2);

test("the trace tells what it says", () => {
  expect(whole).toEqual([
    "recognized true",
    "extension 3 61626f7574206974",
    "open 3  3 0",
    "end false",
    "start 3 5",
    "end false hello",
    "open 7  3 0",
    "end false",
    "start 7 0",
    "end false",
    "start 3 27",
    "end false hello again, and for longer",
    `credit 3 ${300_000 - 262_144}`,
    "start 3 0",
    "end true",
    "open 5  3 0",
    "end false",
    "start 7 0",
    "end true",
  ]);
});

test("row 3: a trace cut in two at any byte tells the same events", () => {
  for (let at = 1; at < TRACE.byteLength; at += 1) {
    expect(eventsOf([TRACE.subarray(0, at), TRACE.subarray(at)], 2)).toEqual(whole);
  }
});

test("row 3: a trace that comes byte by byte tells the same events", () => {
  const pieces = Array.from(TRACE, (byte) => Uint8Array.of(byte));
  expect(eventsOf(pieces, 2)).toEqual(whole);
});

test("row 3: a trace in pieces of any sizes tells the same events", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 150 }), (sizes) => {
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const size of [...sizes, TRACE.byteLength]) {
        pieces.push(TRACE.slice(at, at + size));
        at += size;
      }
      expect(
        eventsOf(
          pieces.filter((piece) => piece.byteLength > 0),
          2,
        ),
      ).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test("any bytes, at the start or after good ones, give events or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(TRACE.byteLength), (noise, at) => {
      for (const input of [noise, bytes([2], noise), bytes(TRACE.subarray(0, at), noise)]) {
        try {
          eventsOf([input], 2);
        } catch (error) {
          expect(error).toMatchObject({ name: "StreamsError", remote: true });
        }
      }
    }),
    { numRuns: 1000 },
  );
});
