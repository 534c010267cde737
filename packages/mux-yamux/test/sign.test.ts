// Who is at the other end: what is held until that is known, and what each answer means.

import { describe, expect, test, vi } from "vitest";
import { bytes, data, EXTENSION, extension, open, PING, pong, SIGN, sign } from "./tools/frames.js";
import { errorOf, RawPeer, text, turn } from "./tools/peer.js";

describe("with peer at auto", () => {
  test("the sign goes first, and openings wait until the peer has said something", async () => {
    const peer = new RawPeer({ role: "client", peer: "auto" });
    const stream = await peer.session.newStream();
    void stream.write(bytes("hello"));
    await turn();
    expect(peer.frames.map(({ type, length }) => [type, length])).toEqual([[PING, SIGN]]);
    await peer.send(pong(SIGN));
    expect(peer.said).toEqual(["1 1 1 0", "0 0 1 5"]);
    expect(peer.session.features.headers).toBe("none");
  });

  test("the sign of the peer makes headers possible, in an extension frame ahead of the opening", async () => {
    const peer = new RawPeer({ role: "client", peer: "auto" });
    void peer.session.newStream({ kind: "echo" });
    await peer.send(sign);
    expect(peer.session.features).toMatchObject({ headers: "preamble", priority: true, drain: true });
    expect(peer.frames.filter(({ id }) => id > 0).map(({ type, id }) => [type, id])).toEqual([
      [EXTENSION, 1],
      [1, 1],
    ]);
    expect(peer.of(PING, 2)).toEqual([]);
  });

  test("an original's first words are neither lost nor late", async () => {
    const peer = new RawPeer({ peer: "auto" });
    const listener = peer.session.listen();
    await peer.send(open(1), data(1, "first"));
    expect(text(await (await listener.accept())?.read())).toBe("first");
    expect(peer.session.features.headers).toBe("none");
  });

  test("the echo of the sign answers no ping of the session's", async () => {
    const peer = new RawPeer({ role: "client", peer: "auto" });
    await peer.send(pong(SIGN));
    const pinged = peer.session.ping();
    let answered = false;
    void pinged.then(() => {
      answered = true;
    });
    await peer.send(pong(SIGN));
    expect(answered).toBe(false);
    for (const { length } of peer.of(PING, 1)) await peer.send(pong(length));
    await pinged;
  });

  test("silence for signTimeout makes an original of the peer, and a sign after that ends the session with advice", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const peer = new RawPeer({ role: "client", peer: "auto", signTimeout: 500 });
      const stream = await peer.session.newStream();
      void stream.close();
      await vi.advanceTimersByTimeAsync(2000);
      expect(peer.said).toEqual(["1 1 1 0", "1 4 1 0"]);
      await peer.send(sign);
      const error = await peer.failure();
      expect(error.message).toMatch(/signTimeout/);
      expect((await errorOf(stream.read())).code).toBe(error.code);
      await vi.advanceTimersByTimeAsync(2000);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a shutdown before anybody has spoken is said, and done, when it is known how", async () => {
    const peer = new RawPeer({ peer: "auto" });
    const drained = peer.session.shutdown();
    await turn();
    expect(peer.frames.map(({ type }) => type)).toEqual([PING]);
    await peer.send(sign);
    await peer.ended;
    await drained;
    // A drain, a ping, a close.
    expect(peer.of(EXTENSION).map(({ body }) => body[0])).toEqual([10, 8, 11]);
  });

  test("an extension frame without the sign before it is a broken rule", async () => {
    const peer = new RawPeer({ peer: "auto" });
    await peer.send(pong(SIGN), extension(1, bytes([1, 0, 0, 0, 3])));
    expect((await peer.failure()).code).toBe("ERR_PROTOCOL");
  });
});

describe("with peer at streams", () => {
  test("nothing waits", async () => {
    const peer = new RawPeer({ role: "client", peer: "streams" });
    void peer.session.newStream({ kind: "echo" });
    await turn();
    expect(peer.frames.map(({ type }) => type)).toEqual([PING, EXTENSION, 1]);
  });

  test("a peer that is none ends the session with advice", async () => {
    const peer = new RawPeer({ role: "client", peer: "streams" });
    await peer.send(pong(SIGN));
    const error = await peer.failure();
    expect(error.code).toBe("ERR_WRONG_PROTOCOL");
    expect(error.message).toMatch(/"auto" or "stock"/);
  });
});

describe("something else than yamux", () => {
  test.each([
    ["HTTP/1", "GET / HTTP/1.1\r\n"],
    ["SSH", "SSH-2.0-x\r\n"],
    ["TLS", "\x16\x03\x01\x02\x00"],
    ["HTTP/2", "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00"],
    ["the native wire of Streams", "\x89MUX\r\n\x1a\n"],
  ])("is named: %s", async (name, start) => {
    const peer = new RawPeer({ peer: "auto" });
    await peer.send(Buffer.from(start, "latin1"));
    const error = await peer.failure();
    expect(error.code).toBe("ERR_WRONG_PROTOCOL");
    expect(error.message).toContain(name);
  });
});
