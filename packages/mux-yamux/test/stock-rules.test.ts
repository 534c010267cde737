// What a session does towards an original, frame by frame.

import { yamux } from "mux-yamux";
import { memoryPair, type Stream } from "streams-core";
import { describe, expect, test } from "vitest";
import {
  accept,
  bytes,
  data,
  end,
  GO_AWAY,
  goAway,
  open,
  PING,
  ping,
  reset,
  SIGN,
  sign,
  WINDOW_SIZE,
} from "./tools/frames.js";
import { errorOf, RawPeer, text, turn } from "./tools/peer.js";

async function opened(peer: RawPeer, count: number): Promise<Stream[]> {
  const streams = await Promise.all(Array.from({ length: count }, () => peer.session.newStream()));
  await turn();
  return streams;
}

async function next(peer: RawPeer): Promise<Stream> {
  const stream = await peer.session.listen().accept();
  if (stream === null) throw new Error("No stream came.");
  return stream;
}

describe("a stream of ours", () => {
  test("opens with a window update, has its data in frames of its own, and its end in another one", async () => {
    const peer = new RawPeer({ role: "client" });
    const stream = await peer.session.newStream();
    void stream.write(bytes("hello"));
    void stream.close();
    await turn();
    expect(peer.said).toEqual(["1 1 1 0", "0 0 1 5", "1 4 1 0"]);
  });

  test("that is reset before it was accepted was refused, and may be opened again", async () => {
    const peer = new RawPeer({ role: "client" });
    const [stream] = await opened(peer, 1);
    await peer.send(reset(1, 5));
    for (const work of [stream?.opened, stream?.read(), stream?.write(bytes("x"))]) {
      const error = await errorOf(work ?? Promise.resolve());
      expect(error).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true, resetCode: 5 });
    }
  });

  test("that is reset after it was accepted was reset, with the code", async () => {
    const peer = new RawPeer({ role: "client" });
    const [stream] = await opened(peer, 1);
    await peer.send(accept(1), data(1, "part"), reset(1, 5));
    await stream?.opened;
    expect(text(await stream?.read())).toBe("part");
    const error = await errorOf(stream?.read() ?? Promise.resolve());
    expect(error).toMatchObject({ code: "ERR_RESET", remote: true, retryable: false, resetCode: 5 });
  });

  test("counts as accepted when data comes without a word of that, as from a libp2p stream that was paused at once", async () => {
    const peer = new RawPeer({ role: "client" });
    const [stream] = await opened(peer, 1);
    await peer.send(data(1, "early"), accept(1), data(1, " and late"));
    await stream?.opened;
    expect(text(await stream?.read()) + text(await stream?.read())).toBe("early and late");
  });

  test("waits while 256 others wait to be accepted, and opens when one was, or was refused", async () => {
    const peer = new RawPeer({ role: "client" });
    const streams = await opened(peer, 258);
    expect(peer.said.length).toBe(256);
    await peer.send(accept(1));
    expect(peer.said.slice(256)).toEqual(["1 1 513 0"]);
    await peer.send(reset(3));
    expect(peer.said.slice(257)).toEqual(["1 1 515 0"]);
    expect(await errorOf(streams[1]?.opened ?? Promise.resolve())).toMatchObject({ code: "ERR_REFUSED" });
  });

  test("frees its place among those that wait with its first data, or end, where hashicorp says nothing else", async () => {
    const peer = new RawPeer({ role: "client", acceptBacklog: 2 });
    const [first, second] = await opened(peer, 4);
    for (const stream of [first, second]) await stream?.close();
    await turn();
    await peer.send(data(1, "x"));
    expect(peer.said.slice(-1)).toEqual(["1 1 5 0"]);
    await peer.send(end(3));
    expect(peer.said.slice(-1)).toEqual(["1 1 7 0"]);
    await Promise.all([first?.opened, second?.opened]);
  });

  test("that was given up while it waited is never opened, and what it wrote is not sent", async () => {
    const peer = new RawPeer({ role: "client", acceptBacklog: 1 });
    const [, waiting] = await opened(peer, 2);
    void waiting?.write(bytes("never")).catch(() => {});
    waiting?.reset(9);
    await peer.send(accept(1));
    expect(peer.said).toEqual(["1 1 1 0"]);
  });

  test("that this end reset gets no end behind it, and one that ended no second end", async () => {
    const peer = new RawPeer({ role: "client" });
    const [first, second] = await opened(peer, 2);
    first?.reset(9);
    await first?.close().catch(() => {});
    void second?.close();
    void second?.close();
    await turn();
    second?.reset(8);
    await turn();
    expect(peer.said.slice(2)).toEqual(["1 8 1 9", "1 4 3 0", "1 8 3 8"]);
  });
});

describe("a stream of the peer's", () => {
  test("is acknowledged as it arrives, once, whoever decides about it when", async () => {
    const peer = new RawPeer();
    await peer.send(open(1), data(1, "x"));
    expect(peer.said).toEqual(["1 2 1 0"]);
    const stream = await next(peer);
    await stream.write(bytes("reply"));
    await turn();
    expect(peer.said).toEqual(["1 2 1 0", "0 0 1 5"]);
  });

  test("that is refused after that is reset, with the code", async () => {
    const peer = new RawPeer();
    peer.session.listen(() => ({ accept: false, code: 7, headers: { why: "no" } }));
    await peer.send(open(1));
    expect(peer.said).toEqual(["1 2 1 0", "1 8 1 7"]);
    expect(peer.session.stats().streamsOpen).toBe(0);
  });

  test("may come after one with a larger id, for its opener has threads", async () => {
    const peer = new RawPeer();
    await peer.send(open(5), open(1), open(3));
    expect(peer.session.stats().streamsOpen).toBe(3);
  });

  test("that opens, sends and ends in one frame is a stream like any other", async () => {
    const peer = new RawPeer();
    await peer.send(data(1, "all", 5));
    const stream = await next(peer);
    expect(text(await stream.read())).toBe("all");
    expect(await stream.read()).toBe(null);
  });
});

describe("windows", () => {
  test("a larger one is granted as a stream opens, and as one is accepted", async () => {
    const peer = new RawPeer({ initialWindow: 2 * WINDOW_SIZE });
    await opened(peer, 1);
    await peer.send(open(1));
    await next(peer);
    await turn();
    const granted = peer.frames.filter(({ type, flags }) => type === 1 && flags === 0);
    expect(granted.map(({ id, length }) => [id, length])).toEqual([
      [2, WINDOW_SIZE],
      [1, WINDOW_SIZE],
    ]);
    await peer.send(data(1, new Uint8Array(2 * WINDOW_SIZE)));
    expect([...peer.session.stats().streams()].find(({ id }) => id === "1")?.unread).toBe(2 * WINDOW_SIZE);
  });

  test("what the peer grants as it opens or accepts may be sent", async () => {
    const peer = new RawPeer({ role: "client" });
    const [stream] = await opened(peer, 1);
    void stream?.write(new Uint8Array(WINDOW_SIZE + 30));
    await turn();
    const sent = (): number => peer.of(0).reduce((sum, { length }) => sum + length, 0);
    expect(sent()).toBe(WINDOW_SIZE);
    await peer.send(accept(1, 20));
    expect(sent()).toBe(WINDOW_SIZE + 20);
  });

  test.each([16_384, 262_143])("of %i bytes, less than the protocol has, is refused", (initialWindow) => {
    expect(() => yamux({ initialWindow })).toThrow(/initialWindow/);
  });
});

describe("pings", () => {
  test("are answered once each, the sign among them", async () => {
    const peer = new RawPeer();
    await peer.send(ping(7), sign);
    expect(peer.of(PING, 2).map(({ id, length }) => [id, length])).toEqual([
      [0, 7],
      [0, SIGN],
    ]);
    expect(peer.of(PING, 1).map(({ length }) => length)).toEqual([0]);
  });
});

describe("GO_AWAY", () => {
  test("of code 0 keeps new streams away and leaves those that are open", async () => {
    const peer = new RawPeer({ role: "client" });
    const [stream] = await opened(peer, 1);
    await peer.send(goAway(0), accept(1), data(1, "on"));
    expect(text(await stream?.read())).toBe("on");
    expect(await errorOf(peer.session.newStream())).toMatchObject({ code: "ERR_SESSION_DRAINING", retryable: true });
    await stream?.close();
    await peer.send(end(1));
    void peer.conn.close();
    expect(await peer.session.closed).toMatchObject({ code: 0, remote: true });
  });

  test("of code 0 sends back those of ours that still wait to be opened", async () => {
    const peer = new RawPeer({ role: "client", acceptBacklog: 1 });
    const [first, waiting] = await opened(peer, 2);
    await peer.send(goAway(0), accept(1));
    await first?.opened;
    expect(await errorOf(waiting?.opened ?? Promise.resolve())).toMatchObject({ code: "ERR_REFUSED", retryable: true });
    expect(peer.said).toEqual(["1 1 1 0"]);
  });

  test.each([1, 2])("of code %i is a session that failed", async (code) => {
    const peer = new RawPeer();
    await peer.send(open(1), goAway(code));
    const error = await peer.failure();
    expect(error).toMatchObject({ code: "ERR_SESSION_CLOSED", remote: true });
    expect(error.message).toMatch(code === 1 ? /protocol error/ : /internal error/);
  });

  test("of any other code is a close with that code", async () => {
    const peer = new RawPeer();
    await peer.send(goAway(77));
    expect(await peer.session.closed).toEqual({ code: 77, reason: "", remote: true });
  });

  test("is the last that a close says, after it has reset what was open", async () => {
    const peer = new RawPeer({ role: "client" });
    const [stream] = await opened(peer, 2);
    await peer.send(accept(1));
    void stream?.close();
    await turn();
    void peer.session.close({ code: 9, reason: "not said" });
    await peer.ended;
    expect(peer.said.slice(2)).toEqual(["1 4 1 0", "1 8 1 9", "1 8 3 9", "3 0 0 9"]);
  });

  test("is said at the start of a shutdown only where it is asked for", async () => {
    for (const graceful of [false, true]) {
      const peer = new RawPeer({ graceful });
      await peer.send(open(1));
      await next(peer);
      void peer.session.shutdown();
      await turn();
      expect(peer.of(GO_AWAY).length).toBe(graceful ? 1 : 0);
    }
  });

  test("or not, what the peer opens during a shutdown is reset", async () => {
    for (const graceful of [false, true]) {
      const peer = new RawPeer({ graceful });
      await peer.send(open(1));
      const stream = await next(peer);
      const drained = peer.session.shutdown();
      await peer.send(open(3), data(3, "late"));
      expect(peer.said.filter((frame) => frame.startsWith("1 8"))).toEqual(["1 8 3 0"]);
      await stream.close();
      await peer.send(end(1));
      await drained;
    }
  });
});

test("headers reject, for nothing carries them; an order among streams changes nothing on the wire", async () => {
  const peer = new RawPeer({ role: "client" });
  expect(await errorOf(peer.session.newStream({ kind: "echo" }))).toMatchObject({ code: "ERR_UNSUPPORTED" });
  await peer.session.newStream(undefined, { priority: { urgency: 0 } });
  await turn();
  expect(peer.said).toEqual(["1 1 1 0"]);
});

test("two ends that take each other for originals work, with the sign of neither", async () => {
  const [near, far] = memoryPair();
  const client = yamux({ peer: "stock" })(near, "client");
  const server = yamux({ peer: "stock" })(far, "server");
  const stream = await client.newStream();
  await stream.write(bytes("hello"));
  expect(text(await (await server.listen().accept())?.read())).toBe("hello");
  expect(client.features).toMatchObject({ headers: "none", priority: false, drain: false });
  await Promise.all([client.close(), server.close()]);
});
