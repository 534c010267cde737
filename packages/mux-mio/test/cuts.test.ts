// The same bytes, cut in every way.

import fc from "fast-check";
import { expect, test } from "vitest";
import { codecOf, eventsOf } from "./tools/events.js";
import { bytes, credit, data, end, extension, frame, open, reset, sessionEnd, sign } from "./tools/frames.js";

const SESSION = bytes(
  open(2),
  data(2, "hello"),
  credit(2, 70_000),
  frame(0x0d, 4, 1500),
  data(4, "x".repeat(1024)),
  data(4),
  frame(0x08, 0, 77),
  frame(0x00, 9, 0xffffff),
  end(2, "bye"),
  reset(4, 0),
  reset(2, 3),
  reset(6, 4),
  sessionEnd(6),
);

const OWN = bytes(sign, extension(1, bytes("a body")), open(1), data(1, "hello"), sign, credit(1, 5), end(1));

const TRACES: Readonly<Record<string, Uint8Array>> = { "of the original's": SESSION, "between our own ends": OWN };
const told = (pieces: Iterable<Uint8Array>): string[] => eventsOf(codecOf("server"), pieces);

test("the traces have every event", () => {
  const names = [SESSION, OWN].flatMap((trace) => told([trace]).map((line) => line.split(" ")[0]));
  expect(new Set(names).size).toBe(11);
});

test.each(Object.entries(TRACES))(
  "row 3: a trace %s, cut in two at any byte or into bytes, tells the same events",
  (_, trace) => {
    const whole = told([trace]);
    for (let at = 1; at < trace.byteLength; at += 1) {
      expect(told([trace.subarray(0, at), trace.subarray(at)])).toEqual(whole);
    }
    expect(told(Array.from(trace, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  },
);

test("any bytes, also behind good ones, give events or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(SESSION.byteLength), (noise, at) => {
      for (const input of [bytes(SESSION.subarray(0, at), noise), noise]) {
        try {
          told([input]);
        } catch (error) {
          expect(error).toMatchObject({ name: "StreamsError", remote: true });
        }
      }
    }),
    { numRuns: 2000 },
  );
});
