// The frames of muxado 1, byte by byte as the original has them: what this end writes, and how it reads them.

import { ACK, type Output, type SessionEnd, SYN } from "mux-engine";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import type { Muxado1Codec } from "../src/v1/codec.js";
import { v1 } from "./tools/codecs.js";
import { ascii, eventsOf, hex, written } from "./tools/events.js";

const HELLO = ascii("hello");
const NONE = new Uint8Array(0);
const TYPE_42 = encodeHeaders({ "muxado-type": "42" });
const HEARTBEAT = "0008060100000003 7ffffffffffffeff";
const SIGN = "0008060100000003 5374726dfffffeff";
const ended = (code: number, failed?: SessionEnd["failed"]): SessionEnd => ({ code, reason: "bye", failed });

test("streams may have any type but that of heartbeats, of which the original must not get a second one", () => {
  for (const type of ["0", "4294967040", "4294967295"]) v1().admit(encodeHeaders({ "muxado-type": type }));
  expect(() => v1().admit(encodeHeaders({ "muxado-type": "4294967039" }))).toThrow(
    expect.objectContaining({ code: "ERR_HEADERS_INVALID" }),
  );
});

interface Vector {
  readonly hex: string;
  write(codec: Muxado1Codec, out: Output): void;
  /** What a server is told that reads it. */
  readonly events: readonly string[];
}

const VECTORS: Readonly<Record<string, Vector>> = {
  "an opening": {
    hex: "0000000100000005",
    write: (c, o) => c.data(o, 5, 0, SYN, NONE, 3),
    events: ["open 5 {} 3 0", 'end false ""'],
  },
  "an opening with data, in two frames": {
    hex: `0000000100000005 0005000300000005 ${HELLO}`,
    write(c, o) {
      c.data(o, 5, 5, SYN, NONE, 3);
      o.append(hex(HELLO));
    },
    events: ["open 5 {} 3 0", 'end false ""', "start 5 5", 'end false "hello"'],
  },
  "an opening with a type": {
    hex: "0004040100000005 0000002a",
    write: (c, o) => c.data(o, 5, 0, SYN, TYPE_42, 3),
    events: ["open 5 {muxado-type=42} 3 0", 'end false ""'],
  },
  "an opening with a priority": {
    hex: "0004020100000005 78000000",
    write: (c, o) => c.data(o, 5, 0, SYN, NONE, 0),
    events: ["open 5 {} 0 0", 'end false ""'],
  },
  "an opening with both": {
    hex: "0008060100000005 08000000 0000002a",
    write: (c, o) => c.data(o, 5, 0, SYN, TYPE_42, 7),
    events: ["open 5 {muxado-type=42} 7 0", 'end false ""'],
  },
  "an end": { hex: "0000010300000005", write: (c, o) => c.end(o, 5), events: ["start 5 0", 'end true ""'] },
  credit: { hex: "0004000400000005 00000005", write: (c, o) => c.credit(o, 5, 5), events: ["credit 5 5"] },
  "a reset": { hex: "0004000200000005 00000007", write: (c, o) => c.reset(o, 5, 7), events: ["reset 5 7"] },
  "a refusal": { hex: "0004000200000004 00000006", write: (c, o) => c.refuse(o, 4, 0), events: ["refuse 4 6"] },
  "a GOAWAY": { hex: "0008000600000000 00000005 00000000", write: (c, o) => c.drain(o, 5), events: ["drain 5"] },
  "a close": {
    hex: `000e000600000000 00000005 0000004d ${ascii("closed")}`,
    write: (c, o) => c.close(o, 5, ended(77)),
    events: ['close 5 77 "" false'],
  },
  "a failure": {
    hex: "0008000600000000 00000005 00000001",
    write: (c, o) => c.close(o, 5, ended(0, "ERR_PROTOCOL")),
    events: ['close 5 1 "" true'],
  },
};

describe("muxado 1", () => {
  test.each(Object.entries(VECTORS))("writes %s as the original does", (_, vector) => {
    expect(written((out) => vector.write(v1("client"), out))).toBe(vector.hex.replaceAll(" ", ""));
  });

  test.each(Object.entries(VECTORS))("reads %s", (_, vector) => {
    const events = eventsOf(v1("server"), [hex(HEARTBEAT, vector.hex)]);
    expect(events).toEqual(["recognized false", ...vector.events]);
  });

  test("the code of a refusal refuses streams of ours, and resets the peer's", () => {
    const bytes = hex(HEARTBEAT, "00040002 00000004 00000006", "00040002 00000005 00000006");
    expect(eventsOf(v1("server"), [bytes]).slice(1)).toEqual(["refuse 4 6", "reset 5 6"]);
  });

  test("writes nothing where the wire has no word for it", () => {
    expect(written((out) => v1().data(out, 3, 0, ACK, NONE, 3))).toBe("");
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])("urgency %i comes back as it went", (urgency) => {
    const bytes = written((out) => v1("client").data(out, 5, 0, SYN, NONE, urgency));
    expect(eventsOf(v1("server"), [hex(HEARTBEAT, bytes)])[1]).toBe(`open 5 {} ${urgency} 0`);
  });

  test("the highest priority is the highest urgency, and any priority is more than the lowest urgency", () => {
    const of = (priority: string): string | undefined =>
      eventsOf(v1("server"), [hex(HEARTBEAT, "0004020100000005", priority)])[1];
    expect(of("7fffffff")).toBe("open 5 {} 0 0");
    expect(of("00000001")).toBe("open 5 {} 7 0");
    expect(of("00000000")).toBe("open 5 {} 3 0");
  });

  test("a GOAWAY of the original's is eight bytes, whatever it announces", () => {
    const soft = "001a000600000000 00000005 00000000";
    expect(eventsOf(v1(), [hex(HEARTBEAT, soft, "0000000100000005")]).slice(1)).toEqual([
      "drain 5",
      "open 5 {} 3 0",
      'end false ""',
    ]);
    const failed = "0030000600000000 00000005 00000003";
    expect(eventsOf(v1(), [hex(HEARTBEAT, failed)]).slice(1)).toEqual(['close 5 3 "" true']);
  });

  test("the length that the original's Close announces tells it from its GoAway", () => {
    expect(eventsOf(v1(), [hex(HEARTBEAT, "001f000600000000 00000005 00000000")]).slice(1)).toEqual([
      'close 5 0 "" false',
    ]);
  });

  test("an end in an opening is not the end of what its opener writes", () => {
    expect(eventsOf(v1(), [hex(HEARTBEAT, "0000010100000005 0001000300000005 78")]).slice(1)).toEqual([
      "open 5 {} 3 0",
      'end false ""',
      "start 5 1",
      'end false "x"',
    ]);
  });

  test("a GOAWAY of ours never takes the heartbeat from the original that it opens first", () => {
    expect(written((out) => v1("client").drain(out, 0))).toBe("00080006000000000000000200000000");
    expect(written((out) => v1("server").drain(out, 0))).toBe("00080006000000000000000300000000");
  });
});

describe("the heartbeat of muxado 1", () => {
  test("is opened first, and its priority is the sign", () => {
    expect(written((out) => v1("client").start(out, false))).toBe(HEARTBEAT.replace(" ", ""));
    expect(written((out) => v1("client").start(out, true))).toBe(SIGN.replace(" ", ""));
    expect(eventsOf(v1(), [hex(HEARTBEAT)])).toEqual(["recognized false"]);
    expect(eventsOf(v1(), [hex(SIGN)])).toEqual(["recognized true"]);
  });

  test("whoever opens a stream before it is no end of ours", () => {
    expect(eventsOf(v1(), [hex("0000000100000003")])[0]).toBe("recognized false");
  });

  test("lets extension frames count, whose length has sixteen bits", () => {
    const codec = v1();
    expect(written((out) => codec.extension(out, 7, 16400)).slice(0, 16)).toBe("4010001f00000007");
    const body = "ab".repeat(16400);
    expect(eventsOf(v1(), [hex(SIGN, "4010001f00000007", body)])[1]).toBe(`extension 7 ${body}`);
    expect(() => eventsOf(v1(), [hex(HEARTBEAT, "0003001f00000007 010203")])).toThrow(/frame of type 31/);
    expect(() => eventsOf(v1("server", false), [hex(SIGN, "0003001f00000007 010203")])).toThrow(/frame of type 31/);
  });

  test("of the peer's: every beat is a ping, however it was cut, and goes back on its stream", () => {
    const codec = v1();
    const beats = hex(HEARTBEAT, "0006000300000003 000000001234", "0002000300000003 5678");
    const events = eventsOf(codec, [beats.subarray(0, 27), beats.subarray(27)]);
    expect(events).toEqual(["recognized false", "ping 0", `ping ${0x12345678}`]);
    expect(written((out) => codec.pong(out, 0x12345678))).toBe("000400030000000312345678");
  });

  test("of the peer's: its window is given back in large steps", () => {
    const beats = "0004000300000003 00000001".repeat(1024);
    const answers = eventsOf(v1(), [hex(HEARTBEAT, beats)]).filter((line) => line.startsWith("answer 00040004"));
    expect(answers).toEqual(["answer 000400040000000300001000"]);
  });

  test("of ours: a ping is a beat, and its answer a pong", () => {
    const codec = v1("client");
    written((out) => codec.start(out, false));
    expect(written((out) => codec.ping(out, 7))).toBe("000400030000000300000007");
    const back = "0008060100000002 7ffffffffffffeff 0004000300000003 00000007 0004000400000003 00000004";
    expect(eventsOf(codec, [hex(back)])).toEqual(["recognized false", "pong 7"]);
  });

  test("of ours: once the peer reset it there are no pings", () => {
    const codec = v1("client");
    written((out) => codec.start(out, false));
    expect(eventsOf(codec, [hex("0004000200000003 00000004")])).toEqual(["recognized false"]);
    expect(written((out) => codec.ping(out, 7))).toBe("");
  });
});
