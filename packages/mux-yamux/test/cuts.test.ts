// The same bytes, cut in every way.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventsOf } from "./tools/events.js";
import {
  accept,
  bytes,
  DATA,
  data,
  EXTENSION,
  end,
  extension,
  FIN,
  goAway,
  header,
  open,
  ping,
  pong,
  reset,
  SYN,
  sign,
} from "./tools/frames.js";

/** Every kind of frame, as a client of ours sends them. */
const TRACE = bytes(
  sign,
  ping(0),
  pong(3),
  extension(1, bytes([1, 0, 0, 0, 3], "headers")),
  open(1, 65536),
  data(1, "hello"),
  data(3, "all of it", SYN | FIN),
  data(1, ""),
  accept(2, 100),
  data(2, "answer"),
  end(2),
  extension(5, "x"),
  data(5, "gone", 8),
  reset(1, 7),
  goAway(0),
  goAway(9),
);

const whole = eventsOf("server", [TRACE]);

test("the trace has every event that the codec tells", () => {
  const names = new Set(whole.map((line) => line.split(" ")[0]));
  const all = ["recognized", "ping", "pong", "extension", "open", "start", "data", "accept", "credit", "reset"];
  expect([...names].sort()).toEqual([...all, "drain", "close"].sort());
});

test("row 3: a trace cut in two at any byte tells the same events", () => {
  for (let at = 1; at < TRACE.byteLength; at += 1) {
    expect(eventsOf("server", [TRACE.subarray(0, at), TRACE.subarray(at)])).toEqual(whole);
  }
});

test("row 3: a trace that comes byte by byte tells the same events", () => {
  expect(
    eventsOf(
      "server",
      Array.from(TRACE, (byte) => Uint8Array.of(byte)),
    ),
  ).toEqual(whole);
});

test("row 3: a trace in pieces of any sizes tells the same events", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 200 }), (sizes) => {
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const size of [...sizes, TRACE.byteLength]) {
        if (at < TRACE.byteLength) pieces.push(TRACE.slice(at, at + size));
        at += size;
      }
      expect(eventsOf("server", pieces)).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test("any bytes after any start of it give events or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(TRACE.byteLength), (noise, at) => {
      for (const input of [bytes(TRACE.subarray(0, at), noise), noise]) {
        try {
          eventsOf("server", [input]);
        } catch (error) {
          expect(error).toMatchObject({ name: "StreamsError", remote: true });
        }
      }
    }),
    { numRuns: 2000 },
  );
});

describe("refused at its header, before anything of it is kept, is", () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["an extension frame that is too long", bytes(sign, header(EXTENSION, 0, 1, 16401)), /type 127, .*length 16401/],
    ["an extension frame of a peer that gave no sign", bytes(ping(1), header(EXTENSION, 0, 1, 5)), /type 127/],
    ["an extension frame without a body", bytes(sign, header(EXTENSION, 0, 1, 0)), /type 127/],
    [
      "data that no window has room for",
      bytes(sign, header(DATA, 0, 1, 2 ** 24 + 1)),
      /overran the window of stream 1/,
    ],
  ];
  test.each(cases)("%s", (_, input, message) => {
    expect(() => eventsOf("server", [input])).toThrow(message);
  });
});
