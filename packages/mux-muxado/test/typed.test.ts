// Typed streams and heartbeats of muxado 2, frame by frame.

import { SYN } from "mux-engine";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import { typed } from "./tools/codecs.js";
import { ascii, eventsOf, hex, written } from "./tools/events.js";

const HELLO = ascii("hello");
const TYPE_42 = encodeHeaders({ "muxado-type": "42" });
const NONE = new Uint8Array(0);
const SIGN = "000000e05374726d";

describe("a typed stream", () => {
  test("opens with a frame that is exactly its type; its data follows in frames of their own", () => {
    expect(written((out) => typed().data(out, 3, 0, SYN, TYPE_42))).toBe("00000412000000030000002a");
    expect(written((out) => typed().data(out, 3, 5, SYN, TYPE_42))).toBe("00000412000000030000002a0000051000000003");
    expect(written((out) => typed().data(out, 3, 0, SYN, NONE))).toBe("000004120000000300000000");
  });

  test.each([
    ["in the opening frame", "00000412 00000003 0000002a", "00000510 00000003", HELLO],
    ["in the opening frame with data", "00000912 00000003 0000002a", HELLO],
    ["after an empty opening", "00000012 00000003 00000410 00000003 0000002a", "00000510 00000003", HELLO],
    ["after an empty opening, with data", "00000012 00000003 00000910 00000003 0000002a", HELLO],
  ])("has its type %s, as a header and not among its bytes", (_, ...parts) => {
    const bytes = hex(...parts);
    const pieces = Array.from(bytes, (_byte, i) => bytes.slice(i, i + 1));
    for (const chunks of [[bytes], pieces]) {
      const lines = eventsOf(typed(), chunks);
      expect(lines[1]).toMatch(/^open 3 \{muxado-type=42\} 3 [05]$/);
      expect(lines.filter((line) => line.includes("hello"))).toEqual(['end false "hello"']);
      expect(lines.join()).not.toContain("*");
    }
  });

  test("may end with its type", () => {
    expect(eventsOf(typed(), [hex("00000413 00000003 0000002a")]).slice(1)).toEqual([
      "open 3 {muxado-type=42} 3 0",
      'end true ""',
    ]);
  });

  test.each([
    ["a type in pieces", "00000212 00000003 0000", /2 bytes of a type/],
    ["a second opening", "00000012 00000003 00000012 00000003", /opened stream 3 twice/],
    ["an empty frame for a type", "00000012 00000003 00000010 00000003", /empty frame where the type/],
  ])("of the peer's with %s ends the session", (_, bytes, message) => {
    expect(() => eventsOf(typed(), [hex(bytes)])).toThrow(message);
  });

  test("that ends, or is reset, before its type came is seen by nobody, and its id is used", () => {
    expect(eventsOf(typed(), [hex("00000012 00000003 00000011 00000003")]).slice(1)).toEqual([
      "answer 000004000000000300000009",
    ]);
    const codec = typed();
    expect(eventsOf(codec, [hex("00000012 00000003 00000420 00000003 00000001 00000400 00000003 00000006")])).toEqual([
      "recognized false",
    ]);
    expect(codec.ids.wasUsed(3)).toBe(true);
  });

  test("waits for its type with 127 others, and those beyond are refused", () => {
    const opening = (n: number): string => `00000012 ${(3 + 2 * n).toString(16).padStart(8, "0")}`;
    const openings = Array.from({ length: 130 }, (_, n) => opening(n));
    expect(eventsOf(typed(), [hex(...openings)]).slice(1)).toEqual([
      "answer 000004000000010300000009",
      "answer 000004000000010500000009",
    ]);
  });

  test("between our own ends has no type on the wire", () => {
    const codec = typed();
    expect(eventsOf(codec, [hex(SIGN, "00000512 00000003", HELLO)]).slice(1)).toEqual([
      "open 3 {} 3 5",
      'end false "hello"',
    ]);
    expect(written((out) => codec.data(out, 2, 0, SYN, NONE))).toBe("0000001200000002");
    expect(written((out) => typed("server", { peer: "streams" }).data(out, 2, 0, SYN, NONE))).toBe("0000001200000002");
  });

  test("has its type also where the sign is not heeded", () => {
    const codec = typed("server", { peer: "stock" });
    expect(eventsOf(codec, [hex(SIGN, "00000412 00000003 0000002a")])[1]).toBe("open 3 {muxado-type=42} 3 0");
  });

  test.each([
    [{ "muxado-type": "4294967296" }, "ERR_HEADERS_INVALID"],
    [{ "muxado-type": "one" }, "ERR_HEADERS_INVALID"],
    [{ "muxado-type": "1", kind: "echo" }, "ERR_UNSUPPORTED"],
  ])("of the headers %o is none", (headers, code) => {
    expect(() => typed().admit(encodeHeaders(headers))).toThrow(expect.objectContaining({ code }));
  });
});

describe("a heartbeat", () => {
  const OPEN = "00000412 00000003 ffffffff";

  test("of the peer's is answered and seen by nobody", () => {
    const codec = typed();
    expect(eventsOf(codec, [hex(OPEN, "00000410 00000003 12345678", "00000420 00000003 00000004")]).slice(1)).toEqual([
      `ping ${0x12345678}`,
    ]);
    expect(written((out) => codec.pong(out, 0x12345678))).toBe("000004100000000312345678");
    eventsOf(codec, [hex("00000011 00000003")]);
    expect(written((out) => codec.pong(out, 0x12345678))).toBe("");
  });

  test("of the peer's has beats in the frame of its type, if it likes", () => {
    expect(eventsOf(typed(), [hex("00000812 00000003 ffffffff 00000007")]).slice(1)).toEqual(["ping 7"]);
  });

  test("of the peer's is one at a time", () => {
    const second = "00000812 00000005 ffffffff 00000007";
    const third = "00000812 00000007 ffffffff 00000008";
    expect(eventsOf(typed(), [hex(OPEN, second, "00000011 00000003", third)]).slice(1)).toEqual([
      "answer 000004000000000500000005",
      "ping 8",
    ]);
  });

  test("whose id was used ends the session", () => {
    expect(() => eventsOf(typed(), [hex(OPEN, OPEN)])).toThrow(/not an id that it may open now/);
    expect(() => eventsOf(typed(), [hex("00000412 00000002 ffffffff")])).toThrow(/not an id that it may open now/);
  });

  test("of ours opens with the first ping, and its echo is the pong", () => {
    const codec = typed("client", { beats: true });
    expect(codec.features.ping).toBe(true);
    expect(written((out) => codec.ping?.(out, 0x12345678))).toBe("0000041200000003ffffffff000004100000000312345678");
    expect(written((out) => codec.ping?.(out, 1))).toBe("000004100000000300000001");
    const back = "00000410 00000003 12345678 00000420 00000003 00000004 00000410 00000003 00000001";
    expect(eventsOf(codec, [hex(back)])).toEqual(["recognized false", `pong ${0x12345678}`, "pong 1"]);
  });

  test("of ours opens again after the peer refused it", () => {
    const codec = typed("client", { beats: true });
    written((out) => codec.ping?.(out, 1));
    eventsOf(codec, [hex("00000400 00000003 00000009")]);
    expect(written((out) => codec.ping?.(out, 2))).toBe("0000041200000005ffffffff000004100000000500000002");
  });

  test("is not opened by an end that was not asked for one", () => {
    expect(typed("client").ping).toBeUndefined();
    expect(typed("client").features.ping).toBe(false);
  });
});
