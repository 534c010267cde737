// Bytes of a run of moby/spdystream v0.5.1 and of zlib, and what they mean here; and the bytes that mean the same when we say it.

import { ACK, FIN, Output, SYN } from "mux-engine";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import type { SpdyCodec } from "../src/codec.js";
import { DICTIONARY } from "../src/headers/dictionary.js";
import { codecOf, hexOf, Listener } from "./tools/events.js";

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
const NONE = new Uint8Array(0);

describe("what spdystream sends", () => {
  const fromClient: [string, string, string[]][] = [
    [
      "an opening with two values of one header",
      `80030001 0000002d 00000001 00000000 0000
       78f9e3c6a7c2626060600425f1eccc3c5092e54a4dcec867484c4fcccc03000000ffff`,
      ["recognized false", 'open 1 [["kind","echo, again"]] 0 0', 'end "" false'],
    ],
    ["data", "00000001 00000005 68656c6c6f", ["start 1 5", 'end "hello" false']],
    ["an end", "00000001 01000000", ["start 1 0", 'end "" true']],
    [
      "an opening with its end and the same headers",
      "80030001 01000012 00000003 00000000 0000 c22d03000000ffff",
      ['open 3 [["kind","echo, again"]] 0 0', 'end "" true'],
    ],
    ["a ping", "80030006 00000004 00000001", ["ping 1"]],
    ["its answer to one", "80030006 00000004 00000004", ["pong 1"]],
    ["a reply without headers", "80030002 0000000e 00000002 6260606000000000ffff", ["accept 2 []"]],
    ["a reset", "80030003 00000008 00000003 00000005", ["reset 3 5"]],
    ["a refusal", "80030003 00000008 00000002 00000003", ["refuse 2 3 []"]],
    ["a refusal of what is not ours to be refused", "80030003 00000008 00000003 00000003", ["reset 3 3"]],
    ["the last frame", "80030007 00000008 00000002 00000000", ["drain 2"]],
  ];
  const server = new Listener(codecOf("server"));

  test.each(fromClient)("%s", (_, vector, events) => {
    const before = server.lines.length;
    server.hear(hex(vector));
    expect(server.lines.slice(before)).toEqual(events);
  });

  test("an answer with headers, in a stream of its own", () => {
    const client = new Listener(codecOf("client"));
    client.hear(hex("80030002 00000020 00000001 78f9e3c6a7c2626060600497ae79c5e5e0acc15c995a0c000000ffff"));
    expect(client.lines).toEqual(["recognized false", 'accept 1 [["answer","yes"]]']);
  });

  test("the two openings of a forwarded port, as Kubernetes sends them and zlib compresses them", () => {
    const told = new Listener(codecOf("server")).hear(
      hex(`80030001 0000003d 00000001 00000000 0000 78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606100
           a4398b20d198094ade8c0600000000ffff`),
      hex("80030001 00000018 00000003 00000000 0000 c2aa19540e2512d60b000000ffff"),
    );
    expect(told.lines.filter((line) => line.startsWith("open"))).toEqual([
      'open 1 [["port","8080"],["requestid","0"],["streamtype","error"]] 0 0',
      'open 3 [["port","8080"],["requestid","0"],["streamtype","data"]] 0 0',
    ]);
  });
});

describe("what we send", () => {
  const client = codecOf("client");
  const said: [string, (out: Output) => void, string][] = [
    [
      "the first opening, which starts the compressed stream",
      (out) => client.data(out, 1, 0, SYN, encodeHeaders({ kind: "echo" }), 0),
      `80030001 0000002e 00000001 00000000 0000 7820e3c6a7c2
       001400ebff 00000001 00000004 6b696e64 00000004 6563686f 000000ffff`,
    ],
    [
      "an opening with its end and no headers, whose urgency spdystream is not told",
      (out) => client.data(out, 3, 0, SYN | FIN, NONE, 5),
      "80030001 01000018 00000003 00000000 0000 000400fbff 00000000 000000ffff",
    ],
    [
      "an opening with data",
      (out) => client.data(out, 5, 2, SYN | FIN, NONE, 0),
      "80030001 00000018 00000005 00000000 0000 000400fbff 00000000 000000ffff 00000005 01000002",
    ],
    [
      "a reply",
      (out) => client.data(out, 2, 0, ACK, NONE, 0),
      "80030002 00000012 00000002 000400fbff 00000000 000000ffff",
    ],
    ["the head of data", (out) => client.data(out, 1, 5, 0, NONE, 3), "00000001 00000005"],
    ["the head of the last data", (out) => client.data(out, 1, 5, FIN, NONE, 3), "00000001 01000005"],
    ["an end", (out) => client.data(out, 1, 0, FIN, NONE, 3), "00000001 01000000"],
    ["nothing for nothing", (out) => client.data(out, 1, 0, 0, NONE, 3), ""],
    ["a reset with a status of the protocol", (out) => client.reset(out, 1, 11), "80030003 00000008 00000001 0000000b"],
    ["a reset with another code", (out) => client.reset(out, 1, 12), "80030003 00000008 00000001 00000005"],
    ["a reset with code 0", (out) => client.reset(out, 1, 0), "80030003 00000008 00000001 00000005"],
    [
      "a refusal with headers",
      (out) => client.refuse(out, 2, 0, encodeHeaders({ why: "no" })),
      `80030002 0100001f 00000002 001100eeff 00000001 00000003 776879 00000002 6e6f 000000ffff
       80030003 00000008 00000002 00000003`,
    ],
    ["the first ping of a client", (out) => client.ping(out, 0), "80030006 00000004 00000003"],
    ["the second ping of a server", (out) => codecOf("server").ping(out, 1), "80030006 00000004 00000004"],
    ["nothing for its first one, which waits for the client", (out) => codecOf("server").ping(out, 0), ""],
    ["an answer to a ping", (out) => client.pong(out, 8), "80030006 00000004 00000008"],
    [
      "the last frame",
      (out) => client.close(out, 4, { code: 9, reason: "bye", failed: undefined }),
      "80030007 00000008 00000004 00000000",
    ],
    [
      "the last frame after a fault of the peer's",
      (out) => client.close(out, 0, { code: 0, reason: "", failed: "ERR_PROTOCOL" }),
      "80030007 00000008 00000000 00000001",
    ],
    [
      "the last frame after a fault of our own",
      (out) => client.close(out, 0, { code: 0, reason: "", failed: "ERR_TIMEOUT" }),
      "80030007 00000008 00000000 00000002",
    ],
    [
      "more window",
      (out) => codecOf("client", { flowControl: "spdy31" }).credit?.(out, 1, 32768),
      "80030009 00000008 00000001 00008000",
    ],
    [
      "a client's sign, and a ping",
      (out) => client.start(out, true),
      "80030004 0000000c 00000001 00535452 00000001 80030006 00000004 00000001",
    ],
    ["nothing of a client towards an original", (out) => client.start(out, false), ""],
    ["nothing of a server that does not know who the peer is", (out) => codecOf("server").start(out, true), ""],
    [
      "a server's sign, where both ends are said to be ours",
      (out) => codecOf("server", { peer: "streams" }).start(out, true),
      "80030004 0000000c 00000001 00535452 00000001",
    ],
    ["the head of an extension frame", (out) => void client.extension(out, 7, 2), "80035354 00000006 00000007 0000"],
  ];

  test.each(said)("%s", (_, write, vector) => {
    expect(hexOf(write)).toBe(vector.replaceAll(/\s/g, ""));
  });
});

test("the dictionary is SPDY's: 1,423 bytes whose checksum is known", () => {
  let [a, b] = [1, 0];
  for (const byte of DICTIONARY) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  expect([DICTIONARY.byteLength, (b * 65536 + a).toString(16)]).toEqual([1423, "e3c6a7c2"]);
});

test("an urgency is said with windows, and to our own ends", () => {
  const opening = (codec: SpdyCodec): string => hexOf((out) => codec.data(out, 1, 0, SYN, NONE, 5)).slice(32, 36);
  expect(opening(codecOf("client"))).toBe("0000");
  expect(opening(codecOf("client", { flowControl: "spdy31" }))).toBe("a000");
  expect(opening(codecOf("client", { peer: "streams" }))).toBe("a000");
  const client = codecOf("client");
  client.start(new Output(), true);
  new Listener(client).hear(hex("80030004 0000000c 00000001 00535452 00000001"));
  expect(opening(client)).toBe("a000");
});

test("headers of a reply or a refusal that would end an original's session are left out, and reach our own ends", () => {
  const block = encodeHeaders({ connection: "close", fine: "x", "keep-alive": "5" });
  for (const ours of [false, true]) {
    const [near, far] = [codecOf("server"), new Listener(codecOf("client"))];
    near.start(new Output(), ours);
    new Listener(near).hear(hex(ours ? "80030004 0000000c 00000001 00535452 00000001" : "80030006 00000004 00000001"));
    far.codec.start(new Output(), true);
    for (const write of [
      (out: Output): void => near.data(out, 1, 0, ACK, block, 0),
      (out: Output): void => near.refuse(out, 1, 0, block),
    ]) {
      const { lines } = far.hear(hex(hexOf(write)));
      const all = '[["connection","close"],["fine","x"],["keep-alive","5"]]';
      expect(lines).toContain(`accept 1 ${ours ? all : '[["fine","x"]]'}`);
      lines.length = 0;
    }
  }
  const many = encodeHeaders(
    Array.from({ length: 1001 }, (_, i) => [`n${i}`, ""] as [string, string]),
    { bytes: 16384, fields: 1001 },
  );
  const near = codecOf("server");
  new Listener(near).hear(hex("80030006 00000004 00000001"));
  expect(hexOf((out) => near.data(out, 1, 0, ACK, many, 0))).toMatch(/^80030002.{38}000003e8/);
});

describe("a header block that would end where Go's decompressor has filled its window", () => {
  const said = (flowControl: "none" | "spdy31", ...sizes: readonly number[]): Uint8Array => {
    const codec = codecOf("client", { flowControl });
    const open = (size: number, i: number): string => {
      const headers = size === 4 ? {} : { h: "x".repeat(size - 13) };
      return hexOf((out) => codec.data(out, 2 * i + 1, 0, SYN, encodeHeaders(headers), 0));
    };
    return hex(sizes.map(open).join(""));
  };
  const types = (bytes: Uint8Array): number[] => {
    const found: number[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.byteLength; at += 8 + (view.getUint32(at + 4) & 0xffffff))
      found.push(view.getUint16(at + 2));
    return found;
  };
  const room = 32768 - DICTIONARY.byteLength;

  test.each([4, 13, 4000])("of %i bytes goes behind headers of a stream that there is not", (size) => {
    const bytes = said("none", 16_000, room - 16_000 - size, size);
    expect(types(bytes)).toEqual([1, 1, 8, 1]);
    const told = new Listener(codecOf("server")).hear(bytes).lines.map((line) => line.slice(0, 6));
    expect(told.filter((line) => line !== 'end ""')).toEqual(["recogn", "open 1", "open 3", "open 5"]);
  });

  test("a byte before or after it is as any other, and so is it with windows, where there is no spdystream", () => {
    for (const size of [99, 101]) expect(types(said("none", 16_000, room - 16_100, size))).toEqual([1, 1, 1]);
    expect(types(said("spdy31", 16_000, room - 16_100, 100))).toEqual([1, 1, 1]);
  });
});
