// The same bytes, cut in every way.

import fc from "fast-check";
import { Output } from "mux-engine";
import { beforeAll, expect, test } from "vitest";
import { codecOf, Listener } from "./tools/events.js";
import * as F from "./tools/frames.js";

const FIN = 1;
const traces: Record<"stock" | "ours", Uint8Array> = { stock: F.bytes(), ours: F.bytes() };

/** Every kind of frame, as a client sends them. */
async function frames(): Promise<Uint8Array[]> {
  const headers = new F.Headers31();
  return [
    await headers.open(1, [["kind", "echo"]], 0, 3),
    await headers.open(
      3,
      [
        [":path", "/"],
        ["several", "a\0b"],
      ],
      FIN,
    ),
    F.data(1, "hello"),
    F.settings([4, 100], [0x01000007, 65536]),
    F.control(5, 0),
    F.control(0xf000, 9, "skipped"),
    F.windowUpdate(0, 1000),
    F.windowUpdate(1, 70_000),
    F.data(1, "", FIN),
    F.ping(3),
    F.ping(2),
    await headers.reply(2, [["answer", "yes"]]),
    await headers.headers(2, [["more", "x"]]),
    await headers.headers(2, [], FIN),
    await headers.reply(4, [], FIN),
    F.rst(3, 5),
    F.rst(6, 3),
    F.data(1, "x".repeat(300), FIN),
    F.goAway(4),
    F.goAway(4, 1),
  ];
}

beforeAll(async () => {
  const body = await frames();
  traces.stock = F.bytes(...body);
  traces.ours = F.bytes(F.SIGN, ...body.slice(0, 3), F.extension(1, "body"), F.extension(0, ""), ...body.slice(3));
});

function events(pieces: readonly Uint8Array[], kind: "stock" | "ours"): string[] {
  const codec = codecOf("server", { flowControl: "spdy31" });
  codec.start(new Output(), kind === "ours");
  return new Listener(codec).hear(...pieces.filter((piece) => piece.byteLength > 0)).lines;
}

test.each([
  ["stock", 13],
  ["ours", 14],
] as const)("the trace of %s peers has every event", (kind, count) => {
  const names = events([traces[kind]], kind).map((line) => line.split(" ")[0]);
  expect([...new Set(names)]).toHaveLength(count);
});

test.each(["stock", "ours"] as const)(
  "row 3: a trace of %s peers cut in two at any byte tells the same events",
  (kind) => {
    const trace = traces[kind];
    const whole = events([trace], kind);
    for (let at = 1; at < trace.byteLength; at += 1)
      expect(events([trace.subarray(0, at), trace.subarray(at)], kind)).toEqual(whole);
  },
);

test.each(["stock", "ours"] as const)(
  "row 3: a trace of %s peers that comes byte by byte tells the same events",
  (kind) => {
    const whole = events([traces[kind]], kind);
    expect(
      events(
        Array.from(traces[kind], (byte) => Uint8Array.of(byte)),
        kind,
      ),
    ).toEqual(whole);
  },
);

test("row 3: a trace in pieces of any sizes tells the same events", () => {
  const whole = events([traces.ours], "ours");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), (sizes) => {
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) {
        pieces.push(traces.ours.slice(at, at + size));
        at += size;
      }
      expect(events([...pieces, traces.ours.slice(at)], "ours")).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test("any bytes give events or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(traces.ours.byteLength), (noise, at) => {
      for (const input of [F.bytes(F.SIGN, noise), F.bytes(traces.ours.subarray(0, at), noise), noise]) {
        try {
          events([input], "ours");
        } catch (error) {
          expect(error).toMatchObject({ name: "StreamsError", remote: true });
        }
      }
    }),
    { numRuns: 2000 },
  );
});
