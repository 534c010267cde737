// How a session ends: drained, closed, lost, stalled; and what is left of it then.

import { native } from "mux-native";
import { memoryPair, type Stream } from "streams-core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { bytes, CLOSE, close, DATA, DRAIN, data, FIN, open, REFUSED, RESET, readU32, reset } from "./tools/frames.js";
import { errorOf, pair, RawPeer, readAll, text, turn, until } from "./tools/peer.js";

describe("shutdown", () => {
  test("before any stream came says that none was seen, at both ends", async () => {
    for (const role of ["client", "server"] as const) {
      const peer = new RawPeer({ role });
      await peer.session.ready;
      void peer.session.shutdown();
      await peer.ended;
      expect(peer.of(DRAIN).map((f) => readU32(f.body))).toEqual([0]);
      expect(peer.of(CLOSE).map((f) => readU32(f.body))).toEqual([0]);
    }
  });

  test("lets open streams finish, refuses those that wait, drops later ones, then closes with the last one it took", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(1), open(3));
    const stream = await listener.accept();
    const drained = peer.session.shutdown();
    await peer.send(open(5, "late"), data(1, "more", FIN));
    expect(peer.of(DRAIN).map((f) => readU32(f.body))).toEqual([3]);
    expect(peer.of(RESET).map((f) => [f.id, f.flags])).toEqual([[3, REFUSED]]);
    expect(await listener.accept()).toBe(null);
    expect(text((await stream?.read()) ?? null)).toBe("more");
    await stream?.write(bytes("done"));
    await stream?.close();
    await drained;
    expect(peer.of(CLOSE).map((f) => readU32(f.body))).toEqual([3]);
    expect(peer.of(DATA).map((f) => [f.id, text(f.body)])).toEqual([
      [1, ""],
      [1, "done"],
    ]);
    expect(await peer.session.closed).toEqual({ code: 0, reason: "", remote: false });
  });

  test("row 41: with opens in flight each is answered or fails retryable and was never surfaced, never both", async () => {
    const { client, server } = pair();
    const surfaced = new Set<string>();
    const listener = server.listen();
    const serving = (async () => {
      for await (const stream of listener) {
        surfaced.add(stream.id);
        void (async () => {
          await stream.write(bytes(`echo ${stream.id}`));
          await readAll(stream);
          await stream.close();
        })().catch(() => {});
      }
    })();
    const results = new Map<string, "answered" | "refused">();
    const work: Promise<unknown>[] = [];
    let shutdown: Promise<void> | undefined;
    for (let i = 0; i < 300; i += 1) {
      const stream = await client.newStream().catch(() => undefined);
      if (stream === undefined) break;
      work.push(
        (async () => {
          await stream.close();
          return text(await readAll(stream));
        })().then(
          (answer) => {
            expect(answer).toBe(`echo ${stream.id}`);
            results.set(stream.id, "answered");
          },
          (error) => {
            expect(error).toMatchObject({ code: "ERR_REFUSED", retryable: true });
            results.set(stream.id, "refused");
          },
        ),
      );
      if (i % 40 === 0) await turn();
      if (i === 200) shutdown = server.shutdown();
    }
    await Promise.all(work);
    await shutdown;
    await serving;
    expect(results.size).toBeGreaterThan(200);
    for (const [id, result] of results) expect(result === "answered").toBe(surfaced.has(id));
    expect([...results.values()]).toContain("refused");
  });

  test("by both ends at once, with streams both ways, ends cleanly", async () => {
    const { client, server } = pair();
    const [fromServer, fromClient] = [client.listen(), server.listen()];
    const a = await client.newStream();
    const b = await server.newStream();
    const [farA, farB] = [await fromClient.accept(), await fromServer.accept()];
    const both = Promise.all([client.shutdown(), server.shutdown()]);
    for (const stream of [a, b, farA, farB]) void stream?.write(bytes("x"));
    for (const stream of [a, b, farA, farB]) void stream?.close();
    for (const stream of [a, b, farA, farB]) expect(text(await readAll(stream ?? a))).toBe("x");
    await both;
    expect((await client.closed).code + (await server.closed).code).toBe(0);
  });

  test("delivers what was written before it to a peer that is slow to read, whole", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1 });
    const client = native()(near, "client");
    const stream = await client.newStream();
    void stream.write(bytes("x".repeat(10_000)));
    void stream.close();
    const drained = client.shutdown();
    await turn();
    await far.write(bytes([0x89, 0x4d, 0x55, 0x58, 0x0d, 0x0a, 0x1a, 0x0a, 1, 1, 0, 0], open(1, "", FIN)));
    await turn();
    let got = 0;
    for (let chunk = await far.read(); chunk !== null; chunk = await far.read()) {
      got += chunk.byteLength;
      await turn();
    }
    expect(got).toBeGreaterThan(10_000);
    await far.close();
    await drained;
    expect(await client.closed).toMatchObject({ remote: false });
  });

  test("rejects when the session fails before it was drained", async () => {
    const peer = new RawPeer({ role: "client" });
    await peer.session.newStream();
    const drained = peer.session.shutdown();
    await turn();
    peer.conn.reset();
    expect((await errorOf(drained)).code).toBe("ERR_TRANSPORT_LOST");
  });
});

describe("close", () => {
  test("tells the peer code and reason, cut where a character ends", async () => {
    const peer = new RawPeer();
    await peer.session.ready;
    await peer.session.close({ code: 77, reason: "ü".repeat(200) });
    const [last] = peer.of(CLOSE);
    expect(readU32(last?.body ?? new Uint8Array(8), 4)).toBe(77);
    expect(text(last?.body.subarray(8) ?? null)).toBe("ü".repeat(128));
  });

  test("rejects what waits, at both ends, with what was not seen retryable", async () => {
    const peer = new RawPeer({ role: "client" });
    await peer.session.ready;
    const taken = await peer.session.newStream();
    const missed = await peer.session.newStream();
    await turn();
    const unsent = await peer.session.newStream();
    await peer.send(close(1, 5, "enough\x07"));
    const error = { code: "ERR_SESSION_CLOSED", remote: true };
    expect(await errorOf(taken.read())).toMatchObject({ ...error, retryable: false });
    expect(await errorOf(missed.read())).toMatchObject({ ...error, retryable: true });
    expect(await errorOf(unsent.read())).toMatchObject({ ...error, retryable: true });
    expect((await errorOf(missed.opened)).message).toBe("The peer closed the session: enough\\u0007");
    expect(await peer.session.closed).toEqual({ code: 5, reason: "enough\\u0007", remote: true });
    expect(await errorOf(peer.session.newStream())).toMatchObject(error);
    expect(await errorOf(peer.session.ping())).toMatchObject(error);
  });

  test("says of streams that were not sent yet that they may be retried", async () => {
    const peer = new RawPeer({ role: "client" });
    await peer.session.ready;
    const sent = await peer.session.newStream();
    await turn();
    const unsent = await peer.session.newStream();
    void peer.session.close();
    const error = { code: "ERR_SESSION_CLOSED", remote: false };
    expect(await errorOf(sent.read())).toMatchObject({ ...error, retryable: false });
    expect(await errorOf(unsent.opened)).toMatchObject({ ...error, retryable: true });
    await peer.ended;
    expect(peer.of(DATA).map((f) => f.id)).toEqual([1]);
  });

  test("lets the peer retry the streams that nobody took", async () => {
    const { client, server } = pair();
    const listener = server.listen();
    const [taken, waiting] = [await client.newStream(), await client.newStream()];
    await listener.accept();
    await taken.opened;
    void server.close();
    expect(await errorOf(waiting.opened)).toMatchObject({ code: "ERR_REFUSED", retryable: true });
    expect(await errorOf(taken.read())).toMatchObject({ code: "ERR_SESSION_CLOSED", remote: true, retryable: false });
  });

  test("of a peer that gave up rejects closed", async () => {
    const peer = new RawPeer();
    await peer.session.ready;
    await peer.send(close(0, 1, "bad frame", 1));
    expect(await peer.failure()).toMatchObject({ code: "ERR_SESSION_CLOSED", remote: true });
    expect((await peer.failure()).message).toBe("The peer gave up the session: bad frame");
  });

  test("while the transport is full, and the peer never reads, breaks the transport off after a while", async () => {
    const peer = new RawPeer({ role: "client", reads: false, highWaterMark: 1 });
    await peer.session.ready;
    const stream = await peer.session.newStream();
    const waiting = stream.write(new Uint8Array(1 << 20));
    await turn();
    const start = performance.now();
    await peer.session.close();
    expect(performance.now() - start).toBeLessThan(3000);
    expect((await errorOf(waiting)).code).toBe("ERR_SESSION_CLOSED");
    expect((await errorOf(peer.conn.closed)).code).toBe("ERR_RESET");
  });

  test("before the first byte left is clean", async () => {
    const peer = new RawPeer({ role: "client" });
    void peer.session.close();
    await peer.ended;
    expect(await errorOf(peer.session.ready)).toMatchObject({ code: "ERR_SESSION_CLOSED" });
    expect(peer.frames.map((f) => f.type)).toEqual([CLOSE]);
  });

  test("called by a handler in the middle of a chunk ends everything once", async () => {
    const peer = new RawPeer();
    const seen: number[] = [];
    const listener = peer.session.listen(() => {
      seen.push(1);
      void peer.session.close({ code: 3 });
    });
    await peer.send(open(1), open(3), open(5, "x", FIN), close(9, 9));
    expect(seen).toEqual([1]);
    expect(peer.session.stats().streamsOpen).toBe(0);
    expect(await peer.session.closed).toEqual({ code: 3, reason: "", remote: false });
    expect(await listener.accept()).toBe(null);
  });

  test("leaves no timer behind, nor does shutdown, a loss or a failure", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const ends: ((peer: RawPeer) => void)[] = [
      (peer) => void peer.session.close(),
      (peer) => void peer.session.shutdown(),
      (peer) => peer.conn.reset(),
      (peer) => void peer.conn.write(bytes([255, 255, 255, 255, 0, 0, 0, 0])),
    ];
    for (const end of ends) {
      const peer = new RawPeer();
      await peer.session.ready;
      await peer.send(open(1, "", FIN), reset(1));
      expect(vi.getTimerCount()).toBe(1);
      end(peer);
      await peer.session.closed.catch(() => {});
      await peer.session.close();
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});

describe("loss", () => {
  test("row 36: an end of the transport with streams open is a loss for each of them, with its cause", async () => {
    const peer = new RawPeer({ role: "client" });
    await peer.session.ready;
    const sent = await peer.session.newStream();
    await turn();
    const unsent = await peer.session.newStream();
    void peer.conn.close();
    expect(await errorOf(sent.read())).toMatchObject({ code: "ERR_TRANSPORT_LOST", remote: true, retryable: false });
    expect(await errorOf(unsent.read())).toMatchObject({ code: "ERR_TRANSPORT_LOST", remote: true });
    expect((await peer.failure()).code).toBe("ERR_TRANSPORT_LOST");
  });

  test("an end of the transport without streams is a clean end", async () => {
    const peer = new RawPeer();
    await peer.session.ready;
    void peer.conn.close();
    expect(await peer.session.closed).toEqual({ code: 0, reason: "", remote: true });
  });

  test("a break carries its cause", async () => {
    const peer = new RawPeer();
    await peer.session.ready;
    peer.conn.reset();
    expect((await peer.failure()).cause).toMatchObject({ code: "ERR_RESET" });
  });
});

test("row 40: write, close the stream, shut the session down, 300 times: exactly the bytes, then the end", async () => {
  for (let round = 0; round < 300; round += 1) {
    const { client, server } = pair({}, round % 3 === 0 ? 1 : 65536);
    const listener = server.listen();
    const stream = await client.newStream();
    const size = 1 + ((round * 977) % 100_000);
    void stream.write(new Uint8Array(size).fill(round));
    void stream.close();
    const done = client.shutdown();
    const far = await listener.accept();
    if (far === null) throw new Error("No stream.");
    void far.close();
    let got = 0;
    for await (const chunk of far) {
      got += chunk.byteLength;
      expect(chunk.every((byte) => byte === round % 256)).toBe(true);
    }
    expect(got).toBe(size);
    await done;
  }
});

test("a session leaves nothing on the heap: streams, sessions and refusals by the thousand", async () => {
  const { heapBytes } = await import("./tools/heap.js");
  const run = async (): Promise<void> => {
    const { client, server } = pair({ resetBurst: 10_000 });
    const listener = server.listen((headers) => ({ accept: headers.get("no") === null }));
    void (async () => {
      for await (const stream of listener) void stream.close();
    })();
    for (let i = 0; i < 2000; i += 1) {
      const stream: Stream = await client.newStream(i % 3 === 0 ? { no: "1" } : {});
      if (i % 3 === 1) stream.reset();
      else await stream.close();
      if (i % 50 === 0) await turn();
    }
    await until("all are over", () => client.stats().streamsOpen + server.stats().streamsOpen === 0);
    await client.close();
  };
  await run();
  const before = await heapBytes();
  for (let round = 0; round < 4; round += 1) await run();
  expect((await heapBytes()) - before).toBeLessThan(2 << 20);
});
