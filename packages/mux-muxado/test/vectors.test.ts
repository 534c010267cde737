// The frames of muxado 2, byte by byte as the original has them: what this end writes, and how it reads them.

import { ACK, type Output, type SessionEnd, SYN } from "mux-engine";
import { describe, expect, test } from "vitest";
import type { MuxadoCodec } from "../src/codec.js";
import { plain } from "./tools/codecs.js";
import { ascii, eventsOf, hex, written } from "./tools/events.js";

const HELLO = ascii("hello");
const PAD = "000000f000000000";
const ended = (code: number, reason = "", failed?: SessionEnd["failed"]): SessionEnd => ({ code, reason, failed });

interface Vector {
  readonly hex: string;
  write(codec: MuxadoCodec, out: Output): void;
  /** What a server is told that reads it. */
  readonly events: readonly string[];
}

const VECTORS: Readonly<Record<string, Vector>> = {
  "an opening": {
    hex: "0000001200000003",
    write: (c, o) => c.data(o, 3, 0, SYN),
    events: ["open 3 {} 3 0", 'end false ""'],
  },
  "an opening with data": {
    hex: `0000051200000003${HELLO}`,
    write(c, o) {
      c.data(o, 3, 5, SYN);
      o.append(hex(HELLO));
    },
    events: ["open 3 {} 3 5", 'end false "hello"'],
  },
  data: {
    hex: `0000051000000003${HELLO}`,
    write(c, o) {
      c.data(o, 3, 5, 0);
      o.append(hex(HELLO));
    },
    events: ["start 3 5", 'end false "hello"'],
  },
  "an end": { hex: "0000001100000003", write: (c, o) => c.end(o, 3), events: ["start 3 0", 'end true ""'] },
  credit: { hex: "000004200000000300000005", write: (c, o) => c.credit(o, 3, 5), events: ["credit 3 5"] },
  "a reset": { hex: "000004000000000300000007", write: (c, o) => c.reset(o, 3, 7), events: ["reset 3 7"] },
  "a refusal": { hex: "000004000000000200000005", write: (c, o) => c.refuse(o, 2, 0), events: ["refuse 2 5"] },
  "a refusal with a code": {
    hex: "000004000000000200000193",
    write: (c, o) => c.refuse(o, 2, 403),
    events: ["reset 2 403"],
  },
  "a GOAWAY": {
    hex: `00000830000000000000000300000000${PAD}`,
    write: (c, o) => c.drain(o, 3),
    events: ["drain 3"],
  },
  "a close": {
    hex: `00001030000000000000000300000000${ascii("no error")}${PAD}`,
    write: (c, o) => c.close(o, 3, ended(0)),
    events: ['close 3 0 "" false'],
  },
  "a close with code and reason": {
    hex: `00001530000000000000000300000001${ascii("no error: bye")}${PAD}`,
    write: (c, o) => c.close(o, 3, ended(1, "bye")),
    events: ['close 3 1 "bye" false'],
  },
  "a failure": {
    hex: `00000b30000000000000000300000003${ascii("bad")}${PAD}`,
    write: (c, o) => c.close(o, 3, ended(0, "bad", "ERR_FLOW_CONTROL")),
    events: ['close 3 3 "bad" true'],
  },
  "a failure that the wire has no code for": {
    hex: `00000830000000000000000300000002${PAD}`,
    write: (c, o) => c.close(o, 3, ended(0, "", "ERR_TIMEOUT")),
    events: ['close 3 2 "" true'],
  },
};

describe("muxado 2", () => {
  test.each(Object.entries(VECTORS))("writes %s as the original does", (_, vector) => {
    expect(written((out) => vector.write(plain("client"), out))).toBe(vector.hex);
  });

  test.each(Object.entries(VECTORS))("reads %s", (_, vector) => {
    const events = eventsOf(plain("server"), [hex("0000001200000001", vector.hex)]);
    expect(events.slice(0, 2)).toEqual(["recognized false", "open 1 {} 3 0"]);
    expect(events.slice(3)).toEqual(vector.events);
  });

  test("the codes of a refusal refuse streams of ours, and reset the peer's", () => {
    const bytes = hex("00000400 00000002 00000009", "00000400 00000003 00000009", "00000400 00000003 00000005");
    expect(eventsOf(plain("server"), [bytes]).slice(1)).toEqual(["refuse 2 9", "reset 3 9", "reset 3 5"]);
  });

  test("writes nothing where the wire has no word for it", () => {
    expect(written((out) => plain().data(out, 3, 0, ACK))).toBe("");
    expect(written((out) => plain().data(out, 3, 0, 0))).toBe("");
  });

  test("a reason is cut to 256 bytes", () => {
    const text = written((out) => plain().close(out, 0, ended(0, "x".repeat(1000))));
    expect(text.length / 2).toBe(8 + 8 + 256 + 8);
  });

  test("ids are odd for a client and even for a server, from 3 and from 2", () => {
    expect([plain("client").ids.take(), plain("server").ids.take()]).toEqual([3, 2]);
  });
});

describe("the sign of muxado 2", () => {
  test("is a frame of an unknown type, first of all", () => {
    expect(written((out) => plain().start(out, true))).toBe("000000e05374726d");
    expect(written((out) => plain().start(out, false))).toBe("");
    expect(eventsOf(plain(), [hex("000000e05374726d")])).toEqual(["recognized true"]);
  });

  test("lets extension frames count, which otherwise are skipped", () => {
    const extension = "000003d0 00000007 010203";
    expect(written((out) => plain().extension(out, 7, 3)).slice(0, 16)).toBe("000003d000000007");
    expect(eventsOf(plain(), [hex("000000e05374726d", extension)])[1]).toBe("extension 7 010203");
    expect(eventsOf(plain(), [hex("0000001200000003", extension)]).slice(3)).toEqual([]);
  });

  test("means nothing to an end that takes everybody for the original", () => {
    const extension = "000003d0 00000007 010203";
    expect(eventsOf(plain("server", false), [hex("000000e05374726d", extension)])).toEqual(["recognized true"]);
  });

  test("means nothing when it comes later", () => {
    expect(eventsOf(plain(), [hex("0000001200000003", "000000e05374726d")]).slice(3)).toEqual([]);
  });
});
