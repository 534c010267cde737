// The same bytes, cut in every way.

import fc from "fast-check";
import type { Codec } from "mux-engine";
import { describe, expect, test } from "vitest";
import { plain, typed, v1 } from "./tools/codecs.js";
import { ascii, eventsOf, hex } from "./tools/events.js";

const HELLO = ascii("hello");
const LONG = ascii("hello again, and for longer");

interface Trace {
  readonly make: () => Codec;
  readonly bytes: Uint8Array;
}

const TRACES: Readonly<Record<string, Trace>> = {
  "muxado 2, our own end": {
    make: () => plain(),
    bytes: hex(
      "000000e0 5374726d",
      `000005d0 00000003 ${HELLO} 00000512 00000003 ${HELLO} 00000012 00000005 00001b10 00000003 ${LONG}`,
      "00000420 00000003 00000007 00000011 00000003 00000400 00000005 0000002a 000003f0 00000000 010203",
      `00001c30 00000000 00000005 00000001 ${ascii("no error: adiós €")}`,
    ),
  },
  "muxado 2 with types": {
    make: () => typed(),
    bytes: hex(
      `00000412 00000003 0000002a 00000510 00000003 ${HELLO} 00000012 00000005 00001f10 00000005 00000007 ${LONG}`,
      "00000412 00000007 ffffffff 00000410 00000007 12345678 00000410 00000007 87654321 00000011 00000007",
      "00000012 00000009 00000011 00000009 00000830 00000000 00000005 00000000",
    ),
  },
  "muxado 1, our own end": {
    make: () => v1(),
    bytes: hex(
      "00080601 00000003 5374726d fffffeff",
      `0005001f 00000005 ${HELLO} 00080601 00000005 78000000 0000002a 00050003 00000005 ${HELLO}`,
      `00000001 00000007 001b0003 00000007 ${LONG} 00040004 00000005 00000007 00000103 00000005`,
      "00040002 00000007 0000002a 000e0006 00000000 00000007 00000001",
      ascii("closed"),
    ),
  },
  "muxado 1, the original": {
    make: () => v1(),
    bytes: hex(
      "00080601 00000003 7fffffff fffffeff 00040003 00000003 00000000 00000001 00000005",
      `00050103 00000005 ${HELLO} 00040003 00000003 00000000 001a0006 00000000 00000005 00000000`,
      "00040003 00000003 00000000 001f0006 00000000 00000005 00000000",
    ),
  },
};

describe.each(Object.entries(TRACES))("%s", (_, { make, bytes }) => {
  const whole = eventsOf(make(), [bytes]);

  test("says something", () => {
    expect(whole.length).toBeGreaterThan(5);
    expect(whole.at(-1)).toMatch(/close|drain/);
  });

  test("says the same in single bytes", () => {
    expect(
      eventsOf(
        make(),
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(whole);
  });

  test("says the same cut at any place", () => {
    for (let at = 1; at < bytes.byteLength; at += 1) {
      expect(eventsOf(make(), [bytes.slice(0, at), bytes.slice(at)])).toEqual(whole);
    }
  });

  test("says the same cut at any places", () => {
    const places = fc.array(fc.nat(bytes.byteLength), { maxLength: 20 });
    fc.assert(
      fc.property(places, (cuts) => {
        const sorted = [0, ...cuts.sort((a, b) => a - b), bytes.byteLength];
        const chunks = sorted.slice(1).map((end, i) => bytes.slice(sorted[i], end));
        expect(eventsOf(make(), chunks)).toEqual(whole);
      }),
    );
  });
});
