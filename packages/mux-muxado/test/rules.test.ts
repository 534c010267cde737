// What no original sends, and what an end of ours makes of it.

import { muxado } from "mux-muxado";
import { muxado1 } from "mux-muxado/v1";
import { memoryPair, type StreamProvider } from "streams-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { plain, v1 } from "./tools/codecs.js";
import { ascii, eventsOf, hex } from "./tools/events.js";

const OPEN = "00000012 00000003";
const HEARTBEAT = "00080601 00000003 7fffffff fffffeff";

describe("muxado 2 refuses", () => {
  test.each([
    ["an id of 32 bits", "00000010 80000003"],
    ["data on stream 0", "00000010 00000000"],
    ["a reset of three bytes", "00000300 00000003 000000"],
    ["a reset of five bytes", "00000500 00000003 0000000000"],
    ["a reset of stream 0", "00000400 00000000 00000000"],
    ["a credit of five bytes", "00000520 00000003 0000000100"],
    ["a credit for stream 0", "00000420 00000000 00000001"],
    ["a GOAWAY of seven bytes", "00000730 00000000 00000000000000"],
    ["a GOAWAY on a stream", "00000830 00000003 0000000000000000"],
  ])("%s", (_, bytes) => {
    expect(() => eventsOf(plain(), [hex(OPEN, bytes)])).toThrow(expect.objectContaining({ code: "ERR_PROTOCOL" }));
  });

  test.each([
    ["an empty extension frame", "000000d0 00000003"],
    ["an extension frame that is too long", "004011d0 00000003"],
    ["an extension frame on an id of 32 bits", "000001d0 80000003 00"],
  ])("%s", (_, bytes) => {
    const run = (): unknown => eventsOf(plain(), [hex("000000e0 5374726d", bytes)]);
    expect(run).toThrow(expect.objectContaining({ code: "ERR_PROTOCOL" }));
  });

  test("nothing of a frame whose type it does not know, and skips it", () => {
    expect(
      eventsOf(plain(), [hex(OPEN, "0000034f ffffffff 010203", "000000f0 00000000", "00000011 00000003")]),
    ).toEqual(["recognized false", "open 3 {} 3 0", 'end false ""', "start 3 0", 'end true ""']);
  });
});

describe("muxado 1 refuses", () => {
  test.each([
    ["an opening that is longer than its flags say", "00040001 00000005 00000000"],
    ["an opening that is shorter than its flags say", "00040601 00000005 00000000"],
    ["an opening of stream 0", "00000001 00000000"],
    ["data on stream 0", "00000003 00000000"],
    ["a reset of three bytes", "00030002 00000005 000000"],
    ["a credit of five bytes", "00050004 00000005 0000000100"],
    ["a PRI, which nobody ever implemented", "00040005 00000005 00000000"],
    ["a frame of an unknown type", "00000007 00000005"],
    ["a GOAWAY of seven bytes", "00070006 00000000 00000000000000"],
    ["a second heartbeat on the id of the first", HEARTBEAT],
    ["a heartbeat on an id of ours", "00080601 00000002 7fffffff fffffeff"],
  ])("%s", (_, bytes) => {
    const run = (): unknown => eventsOf(v1(), [hex(HEARTBEAT, bytes)]);
    expect(run).toThrow(expect.objectContaining({ code: "ERR_PROTOCOL" }));
  });
});

const STRANGERS = {
  "HTTP/1": ascii("GET / HTTP/1.1\r\n"),
  "HTTP/2": ascii("PRI * HTTP/2.0\r\n"),
  SSH: ascii("SSH-2.0-OpenSSH_9.6\r\n"),
  TLS: "16030100f8010000",
  yamux: "000100010000000100000000",
  "the native wire of Streams": "894d55580d0a1a0a",
};

describe.each([
  ["muxado 2", muxado({}), { ...STRANGERS, "something that starts with": HEARTBEAT }],
  ["muxado 1", muxado1({}), { ...STRANGERS, "something that starts with": OPEN }],
] as const)("a peer of %s", (wire, mux, strangers) => {
  test.each(Object.entries(strangers))("that seems to speak %s is told apart", async (name, bytes) => {
    const [near, far] = memoryPair();
    const session = mux(near, "server");
    onTestFinished(() => closed(session));
    await far.write(hex(bytes));
    await expect(session.ready).rejects.toMatchObject({
      code: "ERR_WRONG_PROTOCOL",
      message: expect.stringMatching(new RegExp(`seems to speak ${name}.*, not ${wire}`)),
    });
  });
});

async function closed(session: StreamProvider): Promise<void> {
  await session.close();
}
