// The same bytes, cut in every way; and a connection that ends after every byte.

import fc from "fast-check";
import type { Sink } from "mux-engine";
import { native, nativeWire } from "mux-native";
import { memoryPair } from "streams-core";
import { expect, test } from "vitest";
import {
  ABORT,
  bytes,
  close,
  credit,
  DATA,
  data,
  drain,
  FIN,
  frame,
  HEADERS,
  open,
  parse,
  ping,
  preface,
  REFUSED,
  RESET,
  reset,
  SYN,
  stop,
  URGENCY,
  u32,
} from "./tools/frames.js";
import { errorOf, turn } from "./tools/peer.js";

const BLOCK = bytes([0, 7, 1, 0, 3], "aeiou".slice(0, 1), "xyz");

/** Every kind of frame, as a client sends them. */
const TRACE = bytes(
  preface(0),
  open(1, "hello"),
  open(3, bytes(BLOCK, "with headers"), HEADERS),
  frame(DATA, SYN | FIN | HEADERS | URGENCY, 5, bytes([1], BLOCK, "all of it")),
  data(1, "more"),
  data(3, "", FIN),
  frame(9, 3, 77, "skipped"),
  credit(1, 70_000),
  ping(1),
  ping(2, 1),
  stop(3, 8),
  reset(5, 9),
  open(2, bytes(BLOCK), HEADERS),
  data(2, "answer", FIN),
  frame(RESET, REFUSED, 4, bytes(u32(6), "\x01\0\0b")),
  frame(RESET, ABORT, 1, u32(5)),
  drain(4),
  close(4, 3, "bye"),
);

/**
 * What a wire tells of the pieces, one line an event, the payload of each frame put together. It is written down when all was read: what
 * was told must stay as it was.
 */
function events(pieces: Iterable<Uint8Array>): string[] {
  const lines: (() => string)[] = [];
  let payload = "";
  const hex = (part: Uint8Array): string => Buffer.from(part).toString("hex");
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      lines.push(() => `${name} ${args.map((a) => (a instanceof Uint8Array ? hex(a) : JSON.stringify(a))).join(" ")}`);
    };
  const sink: Sink = {
    hello: note("hello"),
    open: note("open"),
    accept: note("accept"),
    dataStart: note("dataStart"),
    data: (part) => {
      payload += hex(part);
    },
    dataEnd: (fin) => {
      const whole = payload;
      lines.push(() => `data ${whole} ${fin}`);
      payload = "";
    },
    ...{ credit: note("credit"), reset: note("reset"), refuse: note("refuse"), stop: note("stop") },
    ...{ abort: note("abort"), ping: note("ping"), pong: note("pong"), drain: note("drain"), close: note("close") },
    ...{ answer: note("answer"), room: note("room") },
  };
  const wire = nativeWire()("server");
  for (const piece of pieces) wire.receive(piece, sink);
  return lines.map((line) => line());
}

const whole = events([TRACE]);

test("the trace has every event", () => {
  const names = new Set(whole.map((line) => line.split(" ")[0]));
  expect(names.size).toBe(14);
});

test("row 3: a trace cut in two at any byte tells the same events", () => {
  for (let at = 1; at < TRACE.byteLength; at += 1) {
    expect(events([TRACE.subarray(0, at), TRACE.subarray(at)])).toEqual(whole);
  }
});

test("row 3: a trace that comes byte by byte tells the same events", () => {
  expect(events(Array.from(TRACE, (byte) => Uint8Array.of(byte)))).toEqual(whole);
});

test("row 3: a trace in pieces of any sizes tells the same events", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 200 }), (sizes) => {
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) {
        pieces.push(TRACE.slice(at, at + size));
        at += size;
      }
      pieces.push(TRACE.slice(at));
      expect(events(pieces.filter((piece) => piece.byteLength > 0))).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test("any bytes after a preface give events or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(TRACE.byteLength), (noise, at) => {
      for (const input of [bytes(preface(0), noise), bytes(TRACE.subarray(0, at), noise), noise]) {
        try {
          events(input.byteLength === 0 ? [] : [input]);
        } catch (error) {
          expect(error).toMatchObject({ name: "StreamsError", remote: true });
        }
      }
    }),
    { numRuns: 2000 },
  );
});

/** What a real client sends in a short session of three streams, and what is in them. */
async function record(): Promise<{ trace: Uint8Array; sent: Map<number, string> }> {
  const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
  const client = native()(near, "client");
  const chunks: Uint8Array[] = [];
  const reading = (async () => {
    for await (const chunk of far) chunks.push(chunk);
  })();
  const sent = new Map([
    [1, "first, in several pieces"],
    [3, "second"],
    [5, ""],
  ]);
  for (const [, text] of sent) {
    const stream = await client.newStream({ n: "v" });
    for (let at = 0; at < text.length; at += 7) {
      void stream.write(bytes(text.slice(at, at + 7)));
      await turn();
    }
    void stream.close();
    await turn();
  }
  void client.close();
  await turn();
  far.reset();
  await reading.catch(() => {});
  return { trace: bytes(...chunks), sent };
}

test.each(["ends", "breaks"])(
  "row 34: a connection that %s after any byte gives a prefix, and an end only where one came",
  async (how) => {
    const { trace, sent } = await record();
    expect(trace.byteLength).toBeLessThan(300);
    for (let cut = 0; cut < trace.byteLength; cut += 1) {
      const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
      const server = native()(near, "server");
      const listener = server.listen();
      if (cut > 0) void far.write(trace.slice(0, cut));
      await turn();
      if (how === "ends") void far.close();
      else far.reset();
      const came = new Set(
        parse(trace.slice(24, Math.max(24, cut)))
          .frames.filter((f) => f.type === DATA && f.flags & FIN)
          .map((f) => f.id),
      );
      for (let stream = await listener.accept(); stream !== null; stream = await listener.accept()) {
        let text = "";
        let clean = true;
        try {
          for await (const chunk of stream) text += Buffer.from(chunk).toString();
        } catch {
          clean = false;
        }
        expect(sent.get(Number(stream.id))?.startsWith(text)).toBe(true);
        expect(clean).toBe(came.has(Number(stream.id)));
        if (clean) expect(text).toBe(sent.get(Number(stream.id)));
      }
      const hadClose = cut === trace.byteLength;
      if (!hadClose && how === "breaks") expect((await errorOf(server.closed)).code).toBe("ERR_TRANSPORT_LOST");
      expect(server.stats().streamsOpen).toBe(0);
      far.reset();
    }
  },
);
