// What a peer may do and what it may not, and what it gets for it.

import { mio } from "mux-mio";
import { describe, expect, test, vi } from "vitest";
import { bytes, credit, data, end, extension, frame, open, reset, sessionEnd, sign, times } from "./tools/frames.js";
import { errorOf, RawPeer, text, turn } from "./tools/peer.js";

describe("session errors", () => {
  const cases: readonly (readonly [does: string, sent: Uint8Array, code: string])[] = [
    ["sends data on a stream that never was", bytes(open(2), data(4, "x")), "ERR_PROTOCOL"],
    ["gives credit to a stream that never was", bytes(open(2), credit(4, 5)), "ERR_PROTOCOL"],
    ["resets a stream that never was", bytes(open(2), reset(4)), "ERR_PROTOCOL"],
    ["opens stream 0", open(0), "ERR_PROTOCOL"],
    ["opens a stream that is open", bytes(open(2), open(2)), "ERR_PROTOCOL"],
    ["sends flags that mean nothing", bytes(open(2), frame(0x03, 2, 0)), "ERR_PROTOCOL"],
    ["sends an extension frame without the sign", bytes(open(2), extension(2, bytes("x"))), "ERR_PROTOCOL"],
    ["sends an extension frame without a body", bytes(open(2), frame(0x18, 2, 0)), "ERR_PROTOCOL"],
    ["sends an extension frame that is too long", bytes(open(2), frame(0x18, 2, 16401)), "ERR_PROTOCOL"],
    ["sends more than the window", bytes(open(2), frame(0x01, 2, 131073)), "ERR_FLOW_CONTROL"],
    ["starts with data", data(2, "x"), "ERR_WRONG_PROTOCOL"],
    ["starts with a reset", reset(2), "ERR_WRONG_PROTOCOL"],
    ["starts with flags that mean nothing", frame(0x1f, 2, 0), "ERR_PROTOCOL"],
    ["starts with reserved flags", frame(0x2c, 2, 0), "ERR_WRONG_PROTOCOL"],
    ["starts with an id of 32 bits", open(0x80000002), "ERR_WRONG_PROTOCOL"],
    ["speaks HTTP/1", bytes("GET / HTTP/1.1\r\n"), "ERR_WRONG_PROTOCOL"],
    ["speaks SSH", bytes("SSH-2.0-OpenSSH_9.6\r\n"), "ERR_WRONG_PROTOCOL"],
    ["speaks yamux", bytes(new Uint8Array([0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0])), "ERR_WRONG_PROTOCOL"],
  ];

  test.each(cases)("a peer that %s is given up", async (_, sent, code) => {
    for (const peer of ["auto", "stock"] as const) {
      const raw = new RawPeer({ peer, windowSizeLimit: 131072 });
      await raw.send(sent);
      const error = await raw.failure();
      expect(error).toMatchObject({ code, remote: true });
    }
  });

  test("what the peer seems to speak is in the error", async () => {
    const peer = new RawPeer();
    await peer.send(bytes("SSH-2.0-OpenSSH_9.6\r\n"));
    expect((await peer.failure()).message).toBe("The peer seems to speak SSH, not mio.");
  });

  test("an end of mux-mio with peer: streams gives up the original", async () => {
    const peer = new RawPeer({ peer: "streams" });
    await peer.send(open(2));
    expect((await peer.failure()).code).toBe("ERR_WRONG_PROTOCOL");
  });
});

describe("what is let pass", () => {
  test("reserved bits behind the first frame, frames that mean nothing, and the sign to who knows better", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(sign, open(2), frame(0xe1, 0x80000002, 2, "ok"), frame(0x08, 3, 9), frame(0x00, 3, 9), sign);
    expect(text(await (await listener.accept())?.read())).toBe("ok");
    expect(peer.said).toEqual([]);
  });

  test("what comes for a stream that is over: data, ends, credit, resets, none of it answered", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(2), end(2));
    await (await listener.accept())?.close();
    await turn();
    expect(peer.heard()).toEqual(["11 2 0"]);
    await peer.send(
      times(30_000, () => credit(2, 1)),
      data(2, "late"),
      end(2),
      reset(2, 0),
      reset(2, 3),
    );
    await peer.send(open(4));
    expect(peer.session.stats().streamsOpen).toBe(1);
    expect(peer.said).toEqual([]);
  });

  test("data on a stream that was reset here is dropped, and gets no credit", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(2));
    (await listener.accept())?.reset(7);
    await peer.send(times(300, () => data(2, "x".repeat(1024))));
    expect(peer.said).toEqual(["11 2 0"]);
    expect(peer.session.stats().streamsOpen).toBe(0);
  });

  test("an id whose stream is over may come again", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    for (const word of ["first", "second"]) {
      await peer.send(open(2), end(2, word));
      const stream = await listener.accept();
      expect(text(await stream?.read())).toBe(word);
      await stream?.close();
      await turn();
    }
  });
});

describe("a reset by the original", () => {
  test("its Close while this end may still send is an end to read and a reset to write, and nothing is said any more", async () => {
    const peer = new RawPeer({ role: "client" });
    const stream = await peer.session.newStream();
    await turn();
    const id = Number(stream.id);
    expect(peer.heard()).toEqual([`0c ${id} 16777215`]);
    await peer.send(data(id, "all of it"), reset(id));
    expect(text(await stream.read())).toBe("all of it");
    expect(await stream.read()).toBe(null);
    expect((await errorOf(stream.write(bytes("x")))).code).toBe("ERR_RESET");
    expect((await errorOf(stream.closed)).code).toBe("ERR_RESET");
    expect(peer.session.stats().streamsOpen).toBe(0);
    await turn();
    expect(peer.said).toEqual([]);
  });

  test("its Close when this end has ended is a clean end", async () => {
    const peer = new RawPeer({ role: "client" });
    const stream = await peer.session.newStream();
    await stream.close();
    await turn();
    await peer.send(data(Number(stream.id), "all of it"), reset(Number(stream.id)));
    expect(text(await stream.read())).toBe("all of it");
    expect(await stream.read()).toBe(null);
    await stream.closed;
  });

  test("its Close of a stream that nobody has accepted yet leaves what it sent, and nothing is said to it", async () => {
    const peer = new RawPeer();
    await peer.send(open(2), data(2, "all of it"), reset(2));
    const stream = await peer.session.listen().accept();
    expect(text(await stream?.read())).toBe("all of it");
    expect(await stream?.read()).toBe(null);
    expect((await errorOf(stream?.closed)).code).toBe("ERR_RESET");
    void peer.session.close();
    await peer.ended;
    expect(peer.said).toEqual([]);
  });

  test("its Close of a stream that is then refused is not answered", async () => {
    const peer = new RawPeer();
    await peer.send(open(2), reset(2));
    peer.session.listen(() => ({ accept: false }));
    await turn();
    expect(peer.session.stats().streamsOpen).toBe(0);
    expect(peer.said).toEqual([]);
  });

  test("code 4 is a refusal, which may be retried, and the other codes are resets", async () => {
    const peer = new RawPeer({ role: "client" });
    for (const [code, expected] of [
      [4, { code: "ERR_REFUSED", retryable: true, resetCode: 4 }],
      [2, { code: "ERR_RESET", retryable: false }],
    ] as const) {
      const stream = await peer.session.newStream();
      await turn();
      await peer.send(reset(Number(stream.id), code));
      expect(await errorOf(stream.read())).toMatchObject({ ...expected, remote: true });
    }
  });
});

describe("the end of a session", () => {
  test("code 0 is a clean one, another one a failure", async () => {
    const clean = new RawPeer();
    await clean.send(open(2), sessionEnd());
    expect(await clean.session.closed).toMatchObject({ code: 0, remote: true });
    const failed = new RawPeer();
    await failed.send(open(2), sessionEnd(1));
    expect((await failed.failure()).code).toBe("ERR_SESSION_CLOSED");
  });

  test("by this end: every stream that it has not ended is ended, then the transport; nothing is said of the session", async () => {
    const peer = new RawPeer({ closeDelay: 50 });
    const listener = peer.session.listen();
    await peer.send(open(2), open(4), open(6));
    const [, second] = [await listener.accept(), await listener.accept(), await listener.accept()];
    await second?.close();
    await turn();
    let ended = false;
    void peer.ended.then(() => {
      ended = true;
    });
    void peer.session.close({ code: 9, reason: "enough" });
    await turn();
    expect(peer.said).toEqual(["11 4 0", "11 2 0", "11 6 0"]);
    expect(ended).toBe(false);
    await peer.ended;
    expect(peer.said.length).toBe(3);
  });

  test("however long the peer then gets: the transport is not broken off before", async () => {
    const peer = new RawPeer({ closeDelay: 50, writeStallTimeout: 2 ** 31 - 1 });
    const listener = peer.session.listen();
    await peer.send(open(2));
    await (await listener.accept())?.close();
    await peer.send(end(2));
    const broken = vi.spyOn(peer.near, "reset");
    const ended = vi.spyOn(peer.near, "close");
    void peer.session.shutdown();
    await peer.ended;
    expect(ended.mock.invocationCallOrder[0]).toBeLessThan(broken.mock.invocationCallOrder[0] ?? Infinity);
  });
});

test.each([
  [{ windowSizeLimit: 131_071 }, /windowSizeLimit/],
  [{ readBufferLimit: 0 }, /readBufferLimit/],
  [{ closeDelay: 2 ** 31 }, /closeDelay/],
])("the options %o are refused", (options, message) => {
  expect(() => mio(options)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringMatching(message) }),
  );
});
