// The first bytes: who is there, and what it speaks.

import { native } from "mux-native";
import { memoryPair } from "streams-core";
import { describe, expect, test } from "vitest";
import { bytes, MAGIC, open, preface } from "./tools/frames.js";
import { errorOf, pair, RawPeer, turn } from "./tools/peer.js";

describe("a peer that speaks something else gets ERR_WRONG_PROTOCOL, which names it", () => {
  const tls = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0, 0, 0, 0, 0];
  const cases: readonly (readonly [string, readonly number[] | string])[] = [
    ["HTTP/1", "GET / HTTP/1.1\r\nHost: example\r\n\r\n"],
    ["HTTP/1", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["TLS", tls],
    ["TLS", [0x15, 3, 3, 0, 2, 2, 70]],
    ["SSH", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["HTTP/2", [0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3, 0]],
    ["yamux", [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]],
    ["smux", [1, 0, 0, 0, 3, 0, 0, 0]],
    ['something that starts with "hello?"', "hello?"],
    ['something that starts with "\\u001b[31m"', "\x1b[31m"],
  ];
  test.each(cases)("%s", async (name, first) => {
    for (const role of ["client", "server"] as const) {
      const peer = new RawPeer({ role, greet: false });
      await peer.send(bytes(first));
      expect(await peer.ended).toBe(false);
      const error = await errorOf(peer.session.ready);
      expect(error.code).toBe("ERR_WRONG_PROTOCOL");
      expect(error.message).toContain(`seems to speak ${name},`);
      expect(await peer.failure()).toBe(error);
    }
  });

  test("our magic with its line ends changed", async () => {
    const peer = new RawPeer({ greet: false });
    await peer.send(bytes(MAGIC.slice(0, 4), [10, 26, 10], [1, 0, 0, 0, 0]));
    expect((await peer.failure()).code).toBe("ERR_WRONG_PROTOCOL");
  });

  test("another version of this wire", async () => {
    const peer = new RawPeer({ greet: false });
    await peer.send(bytes(MAGIC, [2, 0, 0, 0]));
    expect((await peer.failure()).message).toBe("The peer speaks version 2 of this wire, this end 1.");
  });

  test("an end with the same role", async () => {
    const [a, b] = memoryPair();
    for (const session of [native()(a, "server"), native()(b, "server")]) {
      const error = await errorOf(session.ready);
      expect(error.code).toBe("ERR_WRONG_PROTOCOL");
      expect(error.message).toBe("Both ends are servers; one must take the other role.");
    }
  });
});

describe("the handshake", () => {
  test("costs no round trip: a stream opened before the peer said anything is sent with the preface", async () => {
    const peer = new RawPeer({ role: "client", greet: false });
    const stream = await peer.session.newStream({ a: "b" });
    void stream.write(bytes("early"));
    await turn();
    expect(peer.frames.map((f) => Buffer.from(f.body).toString("latin1"))).toEqual(["\0\x05\x01\0\x01abearly"]);
  });

  test("before the peer's preface a stream sends at most 16 KiB, and afterwards what that allows", async () => {
    const peer = new RawPeer({ role: "client", greet: false });
    const stream = await peer.session.newStream();
    void stream.write(new Uint8Array(100_000));
    const sent = (): number => peer.of(0, 1).reduce((sum, f) => sum + f.body.byteLength, 0);
    await turn();
    expect(sent()).toBe(16384);
    await peer.send(preface(1, 70_000));
    expect(sent()).toBe(70_000);
  });

  test("parameters may be missing: their defaults are the least that is allowed", async () => {
    const peer = new RawPeer({ role: "client", greet: false });
    await peer.send(bytes(MAGIC, [1, 1, 0, 0]));
    await peer.session.ready;
    void (await peer.session.newStream()).write(new Uint8Array(100_000));
    await turn();
    expect(peer.of(0, 1).reduce((sum, f) => sum + f.body.byteLength, 0)).toBe(16384);
  });

  test("a connection that ends in the middle of it is lost, and says what to check", async () => {
    const peer = new RawPeer({ greet: false });
    await peer.send(bytes(MAGIC));
    await peer.conn.close();
    const error = await peer.failure();
    expect(error.code).toBe("ERR_TRANSPORT_LOST");
    expect(error.message).toContain("check the address and the wire");
  });

  test("row 3: it works however its bytes are cut", async () => {
    const peer = new RawPeer({ greet: false });
    for (const byte of bytes(preface(0), open(1))) void peer.conn.write(Uint8Array.of(byte));
    await peer.session.ready;
    await turn();
    expect(peer.session.stats().streamsOpen).toBe(1);
  });
});

test("options out of range are refused where they are given", async () => {
  for (const options of [
    { initialWindow: 16383 },
    { initialWindow: Number.NaN },
    { maxFrame: 2 ** 21 },
    { maxInboundStreams: 0 },
    { keepaliveInterval: -1 },
    { maxHeaderBytes: 16385 },
  ]) {
    expect(() => native(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  }
  const { client } = pair();
  for (const urgency of [8, -1, 1.5, Number.NaN]) {
    const priority = { urgency: urgency as 0 };
    expect((await errorOf(client.newStream({}, { priority }))).code).toBe("ERR_OPTION_INVALID");
  }
});
