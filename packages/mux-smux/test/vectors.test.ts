// Frames byte for byte: what this end writes, and what xtaci/smux wrote in a recorded session.

import { type Output, SYN } from "mux-engine";
import { describe, expect, test } from "vitest";
import type { SmuxCodec } from "../src/codec.js";
import { codec, eventsOf, hexOf } from "./tools/codec.js";
import { bytes } from "./tools/frames.js";

interface Vector {
  readonly hex: string;
  write(wire: SmuxCodec, out: Output): void;
}

/** Of a client, which has opened stream 3. */
const VECTORS: Readonly<Record<1 | 2, Readonly<Record<string, Vector>>>> = {
  1: {
    open: { hex: "0100000003000000", write: (w, o) => w.data(o, 3, 0, SYN) },
    "open with data": {
      hex: "0100000003000000" + "0102050003000000" + "68656c6c6f",
      write(w, o) {
        w.data(o, 3, 5, SYN);
        o.append(bytes("hello"));
      },
    },
    data: {
      hex: "0102050003000000" + "68656c6c6f",
      write(w, o) {
        w.data(o, 3, 5, 0);
        o.append(bytes("hello"));
      },
    },
    end: { hex: "0101000003000000", write: (w, o) => w.end(o, 3) },
    reset: { hex: "0101000003000000", write: (w, o) => w.reset(o, 3, 0) },
    refuse: { hex: "0101000002000000", write: (w, o) => w.refuse(o, 2, 0, new Uint8Array(0)) },
    beacon: { hex: "0103000000000000", write: (w, o) => w.beacon(o) },
    "an acceptance, which has no frame": { hex: "", write: (w, o) => w.data(o, 2, 0, 0) },
    "the end of a session, which has none either": { hex: "", write: (w) => w.close() },
    "our sign": { hex: "010300007374726d", write: (w, o) => w.start(o, true) },
    "no sign": { hex: "", write: (w, o) => w.start(o, false) },
    extension: {
      hex: "0180020003000000" + "abcd",
      write(w, o) {
        const at = w.extension(o, 3, 2);
        o.bytes.set([0xab, 0xcd], at);
      },
    },
  },
  2: {
    open: { hex: "0200000003000000", write: (w, o) => w.data(o, 3, 0, SYN) },
    "credit for 5 bytes that were read": {
      hex: "0204080003000000" + "0500000000000400",
      write(w, o) {
        w.data(o, 3, 0, SYN);
        o.take();
        w.receive(bytes("\x02\x02\x05\0\x03\0\0\0hello"), SILENT);
        w.credit?.(o, 3, 5);
      },
    },
    beacon: { hex: "0203000000000000", write: (w, o) => w.beacon(o) },
    "our sign": { hex: "020300007374726d", write: (w, o) => w.start(o, true) },
  },
};

const ignore = (): void => {};
const SILENT = {
  ...{ recognized: ignore, open: ignore, accept: ignore, dataStart: ignore, data: ignore, dataEnd: ignore },
  ...{ credit: ignore, reset: ignore, refuse: ignore, stop: ignore, abort: ignore, ping: ignore, pong: ignore },
  ...{ drain: ignore, close: ignore, extension: ignore, answer: ignore, room: ignore },
};

for (const version of [1, 2] as const) {
  describe(`version ${version}`, () => {
    test.each(Object.entries(VECTORS[version]))("%s", (_, { hex, write }) => {
      expect(hexOf((out) => write(codec(version, "client"), out))).toBe(hex);
    });
  });
}

/** xtaci/smux 1.5.57 opens a stream, writes "hello", reads 5 bytes, CloseWrite, Close, and then a NOP. */
const RECORDED = {
  "version 1": {
    version: 1,
    hex: "0100000003000000010205000300000068656c6c6f010100000300000001010000030000000103000000000000",
    credit: [],
  },
  "version 2": {
    version: 2,
    hex: "0200000003000000020205000300000068656c6c6f02040800030000000500000000000100020100000300000002010000030000000203000000000000",
    credit: [`credit 3 ${5 + 65_536 - 262_144}`],
  },
} as const;

test.each(Object.entries(RECORDED))("what the original wrote is understood: %s", (_, { version, hex, credit }) => {
  // It read 5 bytes, so that many had been sent to it.
  expect(eventsOf([Buffer.from(hex, "hex")], version, "server", 5)).toEqual([
    "recognized false",
    "open 3  3 0",
    "end false",
    "start 3 5",
    "end false hello",
    ...credit,
    ...["start 3 0", "end true"],
    ...["start 3 0", "end true"],
  ]);
});
