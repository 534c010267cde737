// The frames of yamux, byte by byte as the originals write them: what this end writes, and how it reads them.

import { ACK, Output, type SessionEnd, SYN } from "mux-engine";
import { describe, expect, test } from "vitest";
import type { YamuxCodec } from "../src/codec.js";
import { codecOf, eventsOf } from "./tools/events.js";
import { bytes } from "./tools/frames.js";

const ended = (code: number, failed?: SessionEnd["failed"]): SessionEnd => ({ code, reason: "", failed });

interface Vector {
  readonly hex: string;
  write(codec: YamuxCodec, out: Output): void;
  /** What a server is told that reads it, after the sign. */
  readonly events: readonly string[];
}

const VECTORS: Readonly<Record<string, Vector>> = {
  opening: {
    hex: "000100010000000100000000",
    write: (c, o) => c.data(o, 1, 0, SYN),
    events: ["open 1  3 0", 'data "" false'],
  },
  "an opening with data, in two frames": {
    hex: "000100010000000100000000 000000000000000100000005",
    write: (c, o) => c.data(o, 1, 5, SYN),
    events: ["open 1  3 0", 'data "" false', "start 1 5"],
  },
  acceptance: {
    hex: "000100020000000200000000",
    write: (c, o) => c.acknowledge(o, 2),
    events: ["accept 2"],
  },
  data: {
    hex: "000000000000000100000005 68656c6c6f",
    write(c, o) {
      c.data(o, 1, 5, 0);
      o.append(bytes("hello"));
    },
    events: ["start 1 5", 'data "hello" false'],
  },
  end: {
    hex: "000100040000000100000000",
    write: (c, o) => c.end(o, 1),
    events: ["start 1 0", 'data "" true'],
  },
  reset: { hex: "000100080000000100000007", write: (c, o) => c.reset(o, 1, 7), events: ["reset 1 7"] },
  refusal: { hex: "000100080000000200000003", write: (c, o) => c.refuse(o, 2, 3), events: ["reset 2 3"] },
  credit: { hex: "000100000000000100020000", write: (c, o) => c.credit(o, 1, 131072), events: ["credit 1 131072"] },
  ping: { hex: "000200010000000000000000", write: (c, o) => c.ping(o, 0), events: ["ping 0"] },
  pong: { hex: "000200020000000000000000", write: (c, o) => c.pong(o, 0), events: ["pong 0"] },
  "a close": {
    hex: "000300000000000000000000",
    write: (c, o) => c.close(o, 0, ended(0)),
    events: ["drain 4294967295"],
  },
  "a close with a code": {
    hex: "000300000000000000000009",
    write: (c, o) => c.close(o, 0, ended(9)),
    events: ["close 4294967295 9  false"],
  },
  "a close with a code that would say that the session failed": {
    hex: "000300000000000000000000",
    write: (c, o) => c.close(o, 0, ended(1)),
    events: ["drain 4294967295"],
  },
  "a broken rule": {
    hex: "000300000000000000000001",
    write: (c, o) => c.close(o, 0, ended(0, "ERR_FLOW_CONTROL")),
    events: ["close 4294967295 1 protocol error true"],
  },
  "a failure of this end": {
    hex: "000300000000000000000002",
    write: (c, o) => c.close(o, 0, ended(0, "ERR_TIMEOUT")),
    events: ["close 4294967295 2 internal error true"],
  },
  "an extension frame": {
    hex: "007f00000000000100000003 616263",
    write(c, o) {
      const at = c.extension(o, 1, 3);
      o.bytes.set(bytes("abc"), at);
    },
    events: ["extension 1 616263"],
  },
};

const SIGN_HEX = "00020001000000005374726d";
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

function hexOf(write: (out: Output) => void): string {
  const out = new Output();
  write(out);
  return Buffer.concat(out.take()).toString("hex");
}

describe("vectors", () => {
  test.each(Object.entries(VECTORS))("%s is written", (_, { hex, write }) => {
    expect(hexOf((out) => write(codecOf("client"), out))).toBe(hex.replaceAll(" ", ""));
  });

  test.each(Object.entries(VECTORS))("%s is read", (_, { hex, events }) => {
    const input = bytes(fromHex(SIGN_HEX), fromHex(hex));
    expect(eventsOf("server", [input])).toEqual(["recognized true", ...events]);
  });

  test("the sign goes first, unless the peer is known to be an original", () => {
    expect(hexOf((out) => codecOf("client").start(out, true))).toBe(SIGN_HEX);
    expect(hexOf((out) => codecOf("client").start(out, false))).toBe("");
  });

  test("a stream that was acknowledged as it arrived is not accepted a second time", () => {
    const codec = codecOf("server");
    expect(hexOf((out) => codec.data(out, 1, 0, ACK))).toBe("");
    expect(hexOf((out) => codec.data(out, 1, 2, ACK))).toBe("000000000000000100000002");
  });

  test("a drain is said with a GO_AWAY where it is asked for, and not at all otherwise", () => {
    expect(hexOf((out) => codecOf("server", true).drain?.(out, 0))).toBe("000300000000000000000000");
    expect(codecOf("server").drain).toBe(undefined);
    expect([codecOf("server", true).features.drain, codecOf("server").features.drain]).toEqual([true, false]);
  });
});

describe("flags together", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["an opening with data in one frame", "000000010000000100000002 6869", ["open 1  3 2", 'data "hi" false']],
    ["an opening that grants more", "000100010000000100010000", ["open 1  3 0", 'data "" false', "credit 1 65536"]],
    ["an opening that ends", "000100050000000100000000", ["open 1  3 0", 'data "" true']],
    ["all of a stream in one frame", "000000050000000100000002 6869", ["open 1  3 2", 'data "hi" true']],
    ["an acceptance that grants more", "000100020000000200010000", ["accept 2", "credit 2 65536"]],
    ["an acceptance with data", "000000020000000200000002 6869", ["accept 2", "start 2 2", 'data "hi" false']],
    ["an acceptance that ends", "000100060000000200000000", ["accept 2", "start 2 0", 'data "" true']],
    ["data that ends", "000000040000000100000002 6869", ["start 1 2", 'data "hi" true']],
    ["an empty frame of data", "000000000000000100000000", ["start 1 0", 'data "" false']],
    ["a reset with data, which goes nowhere", "000000080000000100000002 6869", ["reset 1 0"]],
    ["an end that is a reset", "0001000c0000000100000005", ["reset 1 5"]],
    ["an opening that is a reset", "000100090000000100000005", ["open 1  3 0", "reset 1 5"]],
  ];

  test.each(cases)("%s", (_, hex, events) => {
    const input = bytes(fromHex(hex), fromHex("000200010000000000000001"));
    const told = eventsOf("server", [input]);
    expect(told).toEqual(["recognized false", ...events, "ping 1"]);
  });
});

describe("the sign", () => {
  const SIGN = fromHex(SIGN_HEX);
  const ECHO = fromHex("00020002000000005374726d");

  test("as the first frame says that the peer is one of ours, and is no ping", () => {
    expect(eventsOf("server", [SIGN])).toEqual(["recognized true"]);
  });

  test("echoed says that it is not, and is no answer to a ping of the session's", () => {
    expect(eventsOf("client", [ECHO])).toEqual(["recognized false"]);
  });

  test("later is a ping like any other", () => {
    const told = eventsOf("server", [bytes(fromHex("000200010000000000000000"), SIGN)]);
    expect(told).toEqual(["recognized false", "ping 0", "ping 1400140397"]);
  });

  test("is a ping like any other to an end that takes its peer for an original", () => {
    const told = eventsOf("server", [bytes(SIGN, ECHO)], false);
    expect(told).toEqual(["recognized false", "ping 1400140397", "pong 1400140397"]);
  });
});
