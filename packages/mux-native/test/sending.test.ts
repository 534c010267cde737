// What goes out, when, and in which order.

import { engineMux, parityIds } from "mux-engine";
import { NativeStream, native } from "mux-native";
import { memoryPair } from "streams-core";
import { READY } from "streams-core/kit";
import { expect, test } from "vitest";
import { NativeWire } from "../src/wire.js";
import {
  ABORT,
  bytes,
  CREDIT,
  credit,
  DATA,
  data,
  FIN,
  HEADERS,
  open,
  RESET,
  readU32,
  reset,
  STOP,
  SYN,
  stop,
  URGENCY,
} from "./tools/frames.js";
import { errorOf, pair, RawPeer, readAll, text, turn, until } from "./tools/peer.js";

test("open, headers, first bytes and half-close issued in one tick are one frame, in one write", async () => {
  const peer = new RawPeer({ role: "client" });
  await peer.session.ready;
  await turn();
  const before = peer.writes;
  const stream = await peer.session.newStream({ a: "b" }, { priority: { urgency: 1 } });
  void stream.write(bytes("hel"));
  void stream.write(bytes("lo"));
  void stream.close();
  await turn();
  expect(peer.writes - before).toBe(1);
  const frames = peer.of(DATA);
  expect(frames.map((f) => [f.id, f.flags])).toEqual([[1, SYN | FIN | HEADERS | URGENCY]]);
  expect(Buffer.from(frames[0]?.body ?? []).toString("latin1")).toBe("\x01\0\x05\x01\0\x01abhello");
});

test("an answer, its headers and its end issued in one tick are one frame, in one write", async () => {
  const peer = new RawPeer();
  peer.session.listen(() => ({ accept: true, headers: { a: "b" } }));
  const accepting = peer.session;
  await turn();
  const before = peer.writes;
  void peer.conn.write(open(1, "ask", FIN));
  await turn();
  expect(peer.writes - before).toBe(1);
  expect(peer.of(DATA).map((f) => [f.id, f.flags])).toEqual([[1, SYN | HEADERS]]);
  expect(accepting.stats().streamsAccepted).toBe(1);
});

test("a hundred streams opened in one tick leave in one write, in the order of their ids", async () => {
  const peer = new RawPeer({ role: "client" });
  await peer.session.ready;
  await turn();
  const before = peer.writes;
  for (let i = 0; i < 100; i += 1) void (await peer.session.newStream()).write(bytes("x"));
  await turn();
  expect(peer.writes - before).toBe(1);
  expect(peer.of(DATA).map((f) => f.id)).toEqual(Array.from({ length: 100 }, (_, i) => 1 + 2 * i));
});

test("an empty write sends no frame", async () => {
  const peer = new RawPeer({ role: "client" });
  const stream = await peer.session.newStream();
  await turn();
  await stream.write(new Uint8Array(0));
  await turn();
  expect(peer.of(DATA)).toHaveLength(1);
});

test("credit goes back in large steps: once half a window was read", async () => {
  const peer = new RawPeer({ initialWindow: 65536, maxWindow: 65536 });
  const listener = peer.session.listen();
  await peer.send(open(1));
  const stream = await listener.accept();
  for (let i = 0; i < 63; i += 1) {
    await peer.send(data(1, new Uint8Array(1024)));
    await stream?.read();
  }
  await turn();
  expect(peer.of(CREDIT).map((f) => readU32(f.body))).toEqual([32768]);
});

test("no credit goes back for a stream that has ended", async () => {
  const peer = new RawPeer();
  const listener = peer.session.listen();
  await peer.send(open(1, new Uint8Array(60_000), FIN));
  const stream = await listener.accept();
  await stream?.read();
  await turn();
  expect(peer.of(CREDIT)).toEqual([]);
});

test("reset with a close that waits sends nothing after the reset", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  await turn();
  void stream.write(new Uint8Array(100));
  void stream.close();
  stream.reset(3);
  await turn();
  expect(peer.frames.filter((f) => f.id === 1).map((f) => f.type)).toEqual([DATA, RESET]);
});

test("a stream that is reset before it was sent is never opened", async () => {
  const peer = new RawPeer({ role: "client" });
  const first = await peer.session.newStream();
  first.reset();
  await peer.session.newStream();
  await turn();
  expect(peer.frames.filter((f) => f.id > 0).map((f) => [f.type, f.id])).toEqual([[DATA, 3]]);
});

test("row 26: the last id opens, the one after it is ERR_STREAMS_EXHAUSTED, and live streams live", async () => {
  const wire = new NativeWire("client", { window: 65536, maxFrame: 65536 });
  const [near, far] = memoryPair();
  const late = Object.assign(wire, { ids: parityIds({ local: 0x7ffffffd, remote: 2, step: 2, max: 0x7fffffff }) });
  const client = engineMux(() => late)(near, "client");
  const server = native()(far, "server");
  const listener = server.listen();
  const [a, b] = [await client.newStream(), await client.newStream()];
  expect([a.id, b.id]).toEqual([String(0x7ffffffd), String(0x7fffffff)]);
  expect(await errorOf(client.newStream())).toMatchObject({ code: "ERR_STREAMS_EXHAUSTED", retryable: true });
  await listener.accept();
  const far2 = await listener.accept();
  void b.write(bytes("alive"));
  expect(text((await far2?.read()) ?? null)).toBe("alive");
  await Promise.all([client.close(), server.close()]);
});

test("stopReading ends one direction: the peer's writes reject with the code, the other goes on", async () => {
  const { client, server } = pair();
  const listener = server.listen();
  const near = await client.newStream();
  const far = await listener.accept();
  if (!(near instanceof NativeStream) || far === null) throw new Error("No stream.");
  void far.write(bytes("unread"));
  await until("it came", () => near.unread > 0);
  near.stopReading(7);
  expect(await errorOf(near.read())).toMatchObject({ code: "ERR_RESET", remote: false, resetCode: 7 });
  await until("the peer knows", () => [...server.stats().streams()][0]?.sendCredit !== undefined);
  await client.ping();
  expect(await errorOf(far.write(bytes("x")))).toMatchObject({ code: "ERR_RESET", remote: true, resetCode: 7 });
  expect(await errorOf(far.close())).toMatchObject({ code: "ERR_RESET", remote: true });
  await near.write(bytes("on"));
  await near.close();
  expect(text(await readAll(far))).toBe("on");
  expect(await errorOf(near.closed)).toMatchObject({ code: "ERR_RESET", remote: false, resetCode: 7 });
  expect(await errorOf(far.closed)).toMatchObject({ code: "ERR_RESET", remote: true, resetCode: 7 });
  expect(client.stats().streamsOpen + server.stats().streamsOpen).toBe(0);
});

test("stopReading right after newStream lets the stream be opened first", async () => {
  const peer = new RawPeer({ role: "client" });
  const stream = await peer.session.newStream();
  if (!(stream instanceof NativeStream)) throw new Error("No stream.");
  stream.stopReading(2);
  await turn();
  expect(peer.frames.filter((f) => f.id === 1).map((f) => f.type)).toEqual([DATA, STOP]);
});

test("a stream whose opener does not read is accepted all the same, and its acceptance comes before the abort", async () => {
  const peer = new RawPeer();
  const listener = peer.session.listen();
  await peer.send(open(1, "one way", FIN), stop(1, 5));
  expect(peer.frames.filter((f) => f.id === 1)).toEqual([]);
  const stream = await listener.accept();
  expect(text((await stream?.read()) ?? null)).toBe("one way");
  expect(await stream?.read()).toBe(null);
  await turn();
  expect(peer.frames.filter((f) => f.id === 1).map((f) => [f.type, f.flags])).toEqual([
    [DATA, SYN],
    [RESET, ABORT],
  ]);
  expect(peer.session.stats().streamsOpen).toBe(0);
});

test("a peer that stops a stream whose end waits gets the abort and nothing after it", async () => {
  const peer = new RawPeer();
  const listener = peer.session.listen();
  await peer.send(open(1));
  const stream = await listener.accept();
  await turn();
  // In one tick: bytes and an end are queued, and the stop comes.
  void stream?.write(bytes("x"));
  void stream?.close();
  await peer.send(stop(1, 5), credit(1, 10));
  const after = peer.frames.filter((f) => f.id === 1).map((f) => [f.type, f.flags]);
  expect(after.at(0)).toEqual([DATA, SYN]);
  expect([[[DATA, FIN]], [[RESET, ABORT]]]).toContainEqual(after.slice(1));
});

test("an aborted write takes its chunk back; the others go in order", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  await turn();
  void stream.write(new Uint8Array(16384));
  const abort = new AbortController();
  const chunk = bytes("gone");
  const waiting = stream.write(chunk, { signal: abort.signal });
  void stream.write(bytes("kept"));
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await peer.send(credit(1, 100));
  const sent = peer.of(DATA, 1).map((f) => Buffer.from(f.body).toString());
  expect(sent.join("").slice(16384)).toBe("kept");
});

test("an aborted write takes back its own chunk, also when the same one was written before", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  await turn();
  void stream.write(new Uint8Array(16384));
  const [first, second] = [new AbortController(), new AbortController()];
  const chunk = bytes("c");
  void stream.write(chunk, { signal: first.signal });
  void stream.write(bytes("x"));
  const waiting = stream.write(chunk, { signal: second.signal });
  second.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await peer.send(credit(1, 100));
  const sent = peer.of(DATA, 1).map((f) => Buffer.from(f.body).toString());
  expect(sent.join("").slice(16384)).toBe("cx");
});

test("a write whose bytes have left does not wait for one that was taken back", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  const abort = new AbortController();
  const first = stream.write(new Uint8Array(20_000));
  const second = stream.write(bytes("gone"), { signal: abort.signal });
  await turn();
  await peer.send(credit(1, 20_000 - 16384));
  abort.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  await first;
  expect(peer.of(DATA, 1).reduce((sum, f) => sum + f.body.byteLength, 0)).toBe(20_000);
});

test("an aborted write of which a part has left resets the stream", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  const abort = new AbortController();
  const waiting = stream.write(new Uint8Array(20_000), { signal: abort.signal });
  await turn();
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await turn();
  expect(peer.frames.filter((f) => f.id === 1).at(-1)?.type).toBe(RESET);
  expect((await errorOf(stream.closed)).code).toBe("ERR_RESET");
});

test("an aborted write that held the end up lets it go", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  void stream.write(new Uint8Array(16384));
  await turn();
  const abort = new AbortController();
  const waiting = stream.write(bytes("gone"), { signal: abort.signal });
  const closing = stream.close();
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await closing;
  await turn();
  expect(peer.of(DATA, 1).at(-1)?.flags).toBe(FIN);
});

test("a reset from the peer settles writes that wait", async () => {
  const peer = new RawPeer({ role: "client", window: 16384 });
  const stream = await peer.session.newStream();
  const waiting = stream.write(new Uint8Array(20_000));
  const closing = stream.close();
  await turn();
  await peer.send(open(1), reset(1, 4));
  expect(await errorOf(waiting)).toMatchObject({ code: "ERR_RESET", remote: true, resetCode: 4 });
  expect((await errorOf(closing)).code).toBe("ERR_RESET");
});

test("row 38: while the transport takes nothing, writers wait after a bounded number of bytes", async () => {
  const peer = new RawPeer({ role: "client", reads: false, highWaterMark: 1, window: 1 << 30 });
  await peer.session.ready;
  await turn();
  const streams = await Promise.all(Array.from({ length: 10 }, () => peer.session.newStream()));
  await turn();
  for (let round = 0; round < 3; round += 1) {
    for (const stream of streams) expect(stream.write(new Uint8Array(1000))).not.toBe(READY);
  }
  const unsent = [...peer.session.stats().streams()].map((stream) => stream.unsent);
  expect(unsent).toEqual(Array.from({ length: 10 }, () => 3000));
});

test("in one tick at most 256 KiB and a chunk are written before writers wait", async () => {
  const peer = new RawPeer({ role: "client", window: 1 << 30 });
  await peer.session.ready;
  await turn();
  const streams = await Promise.all(Array.from({ length: 100 }, () => peer.session.newStream()));
  const chunk = new Uint8Array(16384);
  const free = streams.filter((stream) => stream.write(chunk) === READY).length;
  expect(free * chunk.byteLength).toBeLessThanOrEqual(256 * 1024);
  expect(free).toBeGreaterThan(10);
});
