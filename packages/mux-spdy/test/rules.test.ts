// What a peer may not send, and what it may although it has no effect.

import { FIN, Output } from "mux-engine";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import { checkFields, fromSpdy, toSpdy } from "../src/headers/block.js";
import { codecOf, hexOf, Listener } from "./tools/events.js";
import * as F from "./tools/frames.js";

const heard = (...frames: readonly Uint8Array[]): string[] => new Listener(codecOf("server")).hear(...frames).lines;
const fault = (code: string): unknown => expect.objectContaining({ code, remote: true });

describe("a peer that is not of this wire is named:", () => {
  const others: [string, F.Part, string][] = [
    ["HTTP/1", "GET / HTTP/1.1\r\n", "HTTP/1"],
    ["SSH", "SSH-2.0-x\r\n", "SSH"],
    ["the native wire", [0x89, 0x4d, 0x55, 0x58, 0x0d, 0x0a, 0x1a, 0x0a], "the native wire of Streams"],
    ["SPDY/2", [0x80, 2, 0, 1, 0, 0, 0, 0], "version 2 of SPDY"],
    ["data before anything else", F.data(1, "x"), "not SPDY/3.1"],
  ];
  test.each(others)("%s", (_, start, name) => {
    for (const size of [1, 3, 8]) {
      const first = F.bytes(start).slice(0, size);
      if (first[0] === 0x80 && size === 1) continue;
      expect(() => heard(first)).toThrow(fault("ERR_WRONG_PROTOCOL"));
    }
    expect(() => heard(F.bytes(start).slice(0, 8))).toThrow(name);
  });
});

describe("row 5: a peer breaks the session that", () => {
  const opened = new F.Headers31().open(1);
  const wrong: [string, Uint8Array][] = [
    ["sends data on stream 0", F.data(0, "x")],
    ["sends data with a flag that there is not", F.data(1, "x", 2)],
    ["pings with number 0", F.ping(0)],
    ["pings with a flag", F.control(6, 1, F.u32(1))],
    ["resets with status 0", F.rst(1, 0)],
    ["resets stream 0", F.rst(0, 5)],
    ["resets with a flag", F.control(3, 1, F.u32(1), F.u32(5))],
    ["opens a stream that cannot be answered", F.control(1, 2, F.u32(3), F.u32(0), [0, 0])],
    ["has a reset of nine bytes", F.control(3, 0, F.u32(1), F.u32(5), [0])],
    ["has a GOAWAY of four bytes", F.control(7, 0, F.u32(1))],
    ["has a WINDOW_UPDATE of four bytes", F.control(9, 0, F.u32(1))],
    ["has an opening of nine bytes", F.control(1, 0, new Uint8Array(9))],
    ["has fewer settings than it says", F.control(4, 0, F.u32(2), F.u32(4), F.u32(1))],
    ["has more settings than it says", F.control(4, 0, F.u32(0), F.u32(4), F.u32(1))],
    ["has settings without end", F.settings(...Array.from({ length: 129 }, () => [4, 1] as const))],
    ["speaks another version", F.bytes([0x80, 2], F.ping(1).subarray(2))],
    ["sends a frame of an unknown type of 64 KiB and a byte", F.control(77, 0, new Uint8Array(65537))],
    ["sends an extension frame without a sign and larger than any", F.extension(1, new Uint8Array(65536))],
  ];
  test.each(wrong)("%s", async (_, frame) => {
    const first = await opened;
    expect(() => heard(first, frame)).toThrow(fault("ERR_PROTOCOL"));
  });

  test("announces a header block of more than 64 KiB, with ERR_HEADERS_TOO_LARGE and before it comes", async () => {
    const first = await opened;
    for (const type of [1, 2, 8]) {
      const head = F.bytes([0x80, 3, 0, type, 0, 255, 255, 255]);
      expect(() => heard(first, head)).toThrow(fault("ERR_HEADERS_TOO_LARGE"));
    }
  });
});

describe("what has no effect:", () => {
  test("frames of unknown types, and what only our own ends say", async () => {
    const opened = await new F.Headers31().open(1);
    const told = heard(
      opened,
      F.control(5, 0),
      F.control(10, 3, "credential"),
      F.extension(1, "\x04\0\0\0\x01"),
      F.ping(3),
    );
    expect(told.slice(3)).toEqual(["ping 3"]);
  });

  test("a sign that does not come first, or where the option says that the peer is an original", async () => {
    expect(heard(F.ping(1), F.SIGN)).toEqual(["recognized false", "ping 1"]);
    expect(heard(F.SIGN, F.ping(1))).toEqual(["recognized false", "ping 1"]);
  });

  test("windows, without them", async () => {
    const opened = await new F.Headers31().open(1);
    expect(heard(opened, F.windowUpdate(1, 5), F.windowUpdate(0, 5), F.settings([7, 5])).slice(3)).toEqual([]);
  });
});

describe("row 6: headers", () => {
  const wrong: [string, Uint8Array][] = [
    ["that are not there", F.bytes()],
    ["without a whole count", F.bytes([0, 0, 0])],
    ["that are fewer than they say", F.bytes(F.u32(1))],
    ["that are many fewer than they say", F.bytes(F.u32(0xffffffff))],
    ["that are more than they say", F.bytes(F.block([["a", "b"]]), [0])],
    ["with a name longer than the block", F.bytes(F.u32(1), F.u32(0xffffffff), "a")],
    ["with a value longer than the block", F.bytes(F.u32(1), F.u32(1), "a", F.u32(2), "b")],
    ["with capital letters in a name", F.block([["Kind", "x"]])],
  ];
  test.each(wrong)("%s break the session", (_, block) => {
    expect(() => fromSpdy(block)).toThrow(fault("ERR_PROTOCOL"));
  });

  const large: [string, Uint8Array][] = [
    ["with a name of 256 bytes", F.block([["n".repeat(256), "x"]])],
    ["of more than 16 KiB", F.block([["n", "x".repeat(16384)]])],
    ["with a value that is very many", F.block([["name".repeat(50), "\0".repeat(60_000)]])],
    ["that are very many", F.block(Array.from({ length: 5000 }, () => ["n", ""] as const))],
  ];
  test.each(large)("%s are too large, and cost no more than 16 KiB", (_, block) => {
    expect(() => fromSpdy(block)).toThrow(fault("ERR_HEADERS_TOO_LARGE"));
  });

  test("come as they were sent: colons as exclamation marks, several values of a name apart", () => {
    const headers = new Headers([
      ["!path", "/a"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["latin1", "\u00e4"],
      ["empty", ""],
    ]);
    const spdy = toSpdy(encodeHeaders(headers));
    const fields: [string, string][] = [
      [":path", "/a"],
      ["empty", ""],
      ["latin1", "\u00e4"],
      ["set-cookie", "a=1\0b=2"],
    ];
    expect(Buffer.from(spdy).equals(F.block(fields))).toBe(true);
    expect(fromSpdy(spdy)).toEqual(encodeHeaders(headers));
  });

  test.each(["connection", "Host", "keep-alive", "proxy-connection", "Transfer-Encoding"])(
    "%s is not sent: spdystream would end the session",
    (name) => {
      expect(() => checkFields(encodeHeaders({ fine: "x", [name]: "x" }))).toThrow(
        expect.objectContaining({ code: "ERR_HEADERS_INVALID", remote: false }),
      );
    },
  );

  test("are 1,000 at most: spdystream would end the session", () => {
    const fields = (count: number): Uint8Array =>
      encodeHeaders(
        Array.from({ length: count }, (_, i) => [`n${i}`, ""] as [string, string]),
        { bytes: 16384, fields: 4000 },
      );
    expect(() => checkFields(fields(1000))).not.toThrow();
    expect(() => checkFields(fields(1001))).toThrow(expect.objectContaining({ code: "ERR_HEADERS_TOO_LARGE" }));
  });
});

test("of streams that our own ends open nothing is kept to answer them", async () => {
  const { codec } = new Listener(codecOf("server"));
  codec.start(new Output(), true);
  new Listener(codec).hear(F.SIGN, await new F.Headers31().open(1));
  // Towards an original a reply would go ahead.
  expect(hexOf((out) => codec.reset(out, 1, 5))).toBe(Buffer.from(F.rst(1, 5)).toString("hex"));
});

describe("row 12: with windows", () => {
  const told = (...frames: readonly Uint8Array[]): Listener =>
    new Listener(codecOf("server", { flowControl: "spdy31" })).hear(...frames);

  test("the session sends no more than its window has room for", () => {
    const { codec } = told(F.ping(1));
    expect(codec.sessionRoom).toBe(65536);
    codec.data(new Output(), 1, 60_000, 0, new Uint8Array(0), 0);
    expect(codec.sessionRoom).toBe(5536);
  });

  test("the session's window opens as the peer says, and not beyond 2^31-1", () => {
    const listener = told(F.ping(1), F.windowUpdate(0, 1000));
    expect(listener.codec.sessionRoom).toBe(66536);
    expect(listener.lines.at(-1)).toBe("room");
    expect(() => listener.hear(F.windowUpdate(0, 0x7fffffff))).toThrow(fault("ERR_FLOW_CONTROL"));
  });

  test("what the session receives is given back when half its window came, on whatever streams", async () => {
    const listener = told(await new F.Headers31().open(1), F.data(1, new Uint8Array(32767)));
    expect(listener.lines.some((line) => line.startsWith("answer"))).toBe(false);
    listener.hear(F.data(1, "x"));
    expect(listener.lines.filter((line) => line.startsWith("answer"))).toEqual([
      `answer ${Buffer.from(F.windowUpdate(0, 32768)).toString("hex")}`,
    ]);
  });

  test("a reset with status 2 of a stream that we have ended is no reset: the peer's own end is on its way", async () => {
    const listener = told(await new F.Headers31().open(1), F.rst(1, 2));
    expect(listener.lines.at(-1)).toBe("reset 1 2");
    listener.codec.data(new Output(), 1, 0, FIN, new Uint8Array(0), 0);
    const before = listener.lines.length;
    expect(listener.hear(F.rst(1, 2), F.rst(1, 5)).lines.slice(before)).toEqual(["reset 1 5"]);
    listener.codec.forget(1);
    expect(listener.hear(F.rst(1, 2)).lines.slice(-2)).toEqual(["reset 1 5", "reset 1 2"]);
  });

  test("the first settings say what each stream may send", () => {
    expect(told(F.settings([7, 1000])).codec.sendWindow).toBe(1000);
    expect(() => told(F.settings([7, 2 ** 31]))).toThrow(fault("ERR_FLOW_CONTROL"));
  });
});
