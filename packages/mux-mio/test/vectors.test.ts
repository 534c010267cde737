// Byte by byte: what mivinci/mio 2226124 writes and how this end reads it, and what this end writes.

import { ACK, FIN, type Output, type SessionEnd, SYN } from "mux-engine";
import { expect, test } from "vitest";
import type { MioCodec } from "../src/codec.js";
import { codecOf, eventsOf, written } from "./tools/events.js";
import { bytes, reset, SIGN } from "./tools/frames.js";

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const CLOSED: SessionEnd = { code: 9, reason: "enough", failed: undefined };
const OPENED = ["recognized false", "open 2  3 0 true", 'data "" false'];

test("a stream as the original opens, uses, half-closes and closes it, then the end of its session, as recorded", () => {
  const recorded = `00000002 ffffff 0c  00000002 000005 01 68656c6c6f  00000002 000005 09
    00000002 000000 11  00000002 000000 04  00000002 000003 04  00000000 000000 02`;
  expect(eventsOf(codecOf("server"), [fromHex(recorded.replaceAll("\n", ""))])).toEqual([
    ...OPENED,
    ...["start 2 5", 'data "hello" false'],
    "credit 2 5",
    ...["start 2 0", 'data "" true'],
    ...["start 2 0", 'data "" true', "stop 2 0"],
    "reset 2 3",
    "close 2147483647 0  false",
  ]);
});

test("a stream that the original opens with a window of 1,500 bytes, and where it forgets 476 of them, as recorded", () => {
  const codec = codecOf("server");
  const start = fromHex("00000002 0005dc 0c  00000002 000400 01");
  expect(eventsOf(codec, [bytes(start, new Uint8Array(1024), fromHex("00000002 000000 01"))])).toEqual([
    ...OPENED,
    "credit 2 -16775715",
    // 0xffffff - 1,500, in whole pieces of 64 KiB: 64,035 are still due.
    "answer 00000002ff000009",
    ...["start 2 1024", `data ${JSON.stringify("\0".repeat(1024))} false`],
  ]);
  // With the 476 they are 64,511, and 1,025 more make a piece.
  expect(written((out) => codec.credit(out, 2, 1024))).toBe("");
  expect(written((out) => codec.credit(out, 2, 1))).toBe("0000000201000009");
});

test("an opening with all three flags of the specification is an opening", () => {
  expect(eventsOf(codecOf("server"), [fromHex("00000002 ffffff 0d")])).toEqual(OPENED);
});

test("the sign, and an extension frame behind it", () => {
  expect(eventsOf(codecOf("server"), [fromHex(`${SIGN} 00000007 000003 18 010203`)])).toEqual([
    "recognized true",
    "extension 7 010203",
  ]);
});

const WRITES: Readonly<Record<string, readonly [(codec: MioCodec, out: Output) => void, string]>> = {
  "an opening": [(c, o) => c.data(o, 2, 0, SYN), "00000002ffffff0c"],
  "an opening with data": [(c, o) => c.data(o, 2, 5, SYN), "00000002ffffff0c 0000000200000501"],
  "an opening with the end": [(c, o) => c.data(o, 2, 0, SYN | FIN), "00000002ffffff0c 0000000200000011"],
  data: [(c, o) => c.data(o, 2, 5, 0), "0000000200000501"],
  "the last data": [(c, o) => c.data(o, 2, 5, FIN), "0000000200000511"],
  "an extension": [(c, o) => expect(c.extension(o, 2, 3)).toBe(8), "0000000200000318 000000"],
};

test.each(Object.entries(WRITES))("%s is written as the original would", (_, [write, hex]) => {
  expect(written((out) => write(codecOf("client", "stock"), out))).toBe(hex.replaceAll(" ", ""));
});

test("the sign goes first, and not to who is known to be the original", () => {
  expect(written((out) => codecOf("client").start(out, true))).toBe(SIGN);
  expect(written((out) => codecOf("client").start(out, false))).toBe("");
});

test("a reset and a refusal are ends, once, and no more than that where this end has ended", () => {
  const codec = codecOf("client", "stock");
  const [id = 0] = [codec.ids.take()];
  written((out) => codec.data(out, id, 0, SYN));
  const ended = "00000fff00000011";
  expect(written((out) => codec.reset(out, id))).toBe(ended);
  expect(written((out) => codec.reset(out, id))).toBe("");
  codec.ids.open(7);
  eventsOf(codec, [fromHex("00000002 ffffff 0c")]);
  expect(written((out) => codec.refuse(out, 2, 0, new Uint8Array(0)))).toBe("0000000200000011");
  expect(written((out) => codec.data(out, id, 0, FIN))).toBe(ended);
});

test("what the original closes asks this end to stop, unless it has ended, and nothing is sent on it any more", () => {
  const codec = codecOf("client", "stock");
  const [open = 0, ended = 0] = [codec.ids.take(), codec.ids.take()];
  written((out) => codec.data(out, open, 0, SYN));
  written((out) => codec.data(out, ended, 0, SYN | FIN));
  const told = (id: number): string[] => eventsOf(codec, [reset(id)]).filter((line) => !line.startsWith("rec"));
  expect(told(open)).toEqual([`start ${open} 0`, 'data "" true', `stop ${open} 0`]);
  expect(told(ended)).toEqual([`start ${ended} 0`, 'data "" true']);
  written((out) => codec.data(out, open, 0, ACK));
  for (const id of [open, ended]) expect(written((out) => codec.reset(out, id))).toBe("");
});

test("the end of a session is said where there were no streams", () => {
  const codec = codecOf("client", "stock");
  written((out) => codec.data(out, codec.ids.take() ?? 0, 0, SYN));
  expect(written((out) => codec.close(out, 0, CLOSED))).toBe("");
  expect(written((out) => codecOf("client").close(out, 0, CLOSED))).toBe("0000000000000002");
  const failed = { ...CLOSED, failed: "ERR_TIMEOUT" } as const;
  expect(written((out) => codecOf("client").close(out, 0, failed))).toBe("0000000000000102");
});

test("credit for our own end goes as it comes, in frames that can say it", () => {
  expect(written((out) => codecOf("client", "streams").credit(out, 2, 1))).toBe("0000000200000109");
  expect(written((out) => codecOf("client", "streams").credit(out, 2, 0x1000000))).toBe(
    "00000002ff000009 0000000201000009".replace(" ", ""),
  );
});
