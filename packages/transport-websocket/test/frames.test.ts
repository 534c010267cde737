// The frames that we make (RFC 6455 section 5), seen by a stock peer and as bytes on the socket.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Conn, Server } from "streams-core";
import { ws } from "transport-websocket";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** At the borders of the three forms of a length, of words, and of what is copied. */
const SIZES = [1, 2, 3, 4, 5, 7, 125, 126, 127, 8191, 8192, 8193, 65_535, 65_536, 65_537, 100_001];

/** Bytes that differ from one offset to the next, so that none can be swapped for another unseen. */
function bytesOf(size: number, seed = size): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 0xff);
}

/** Our client and a stock server, with the bytes that its socket got. */
async function clientOfStock(options: Parameters<typeof ws>[0] = {}): Promise<[Conn, WebSocket, Buffer[]]> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  open.push(server);
  await once(server, "listening");
  const connection = once(server, "connection");
  const conn = await ws(options).dial(new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`));
  const [peer, request] = (await connection) as [WebSocket, IncomingMessage];
  const raw: Buffer[] = [];
  request.socket.prependListener("data", (chunk: Buffer) => raw.push(Buffer.from(chunk))); // ws unmasks in place
  open.push({ close: () => peer.terminate() });
  return [conn, peer, raw];
}

/** A stock client and our server. */
async function serverOfStock(options: Parameters<typeof ws>[0] = {}): Promise<[Conn, WebSocket]> {
  const server: Server<Conn> = await ws(options).serve(new URL("ws://127.0.0.1:0"));
  const peer = new WebSocket(server.url);
  open.push(server, { close: () => peer.terminate() });
  const conn = await server.accept();
  if (conn === null) throw new Error("The server closed.");
  if (peer.readyState !== WebSocket.OPEN) await once(peer, "open");
  return [conn, peer];
}

async function receive(peer: WebSocket, size: number): Promise<Buffer> {
  const messages: Buffer[] = [];
  let got = 0;
  await new Promise<void>((resolve) => {
    peer.on("message", (data: Buffer) => {
      messages.push(data);
      got += data.byteLength;
      if (got >= size) resolve();
    });
  });
  peer.removeAllListeners("message");
  return Buffer.concat(messages);
}

describe.each([
  ["a client", clientOfStock],
  ["a server", serverOfStock],
])("frames of %s", (_, connected) => {
  it("carry messages of every length", async () => {
    const [conn, peer] = await connected({ maxMessage: 100_000 });
    for (const size of SIZES) {
      const received = receive(peer, size);
      void conn.write(bytesOf(size));
      expect((await received).equals(bytesOf(size)), `${size} bytes`).toBe(true);
    }
  });

  it("carry chunks of all lengths written at once, wherever they begin in their buffer", async () => {
    const [conn, peer] = await connected();
    const chunks = SIZES.map((size, i) => bytesOf(size + (i % 4)).subarray(i % 4));
    const all = Buffer.concat(chunks);
    const received = receive(peer, all.byteLength);
    for (const chunk of chunks) void conn.write(chunk);
    expect((await received).equals(all)).toBe(true);
  });

  it("keep what they carry while the peer takes nothing and more is written", async () => {
    const [conn, peer] = await connected({ highWaterMark: 64 * 1024 * 1024 });
    const chunks = Array.from({ length: 300 }, (_, i) => Buffer.alloc(60_000, i + 1));
    const all = Buffer.concat(chunks);
    peer.pause();
    const received = receive(peer, all.byteLength);
    for (const chunk of chunks) {
      void conn.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    peer.resume();
    expect((await received).equals(all)).toBe(true);
  });

  it("leave what was written as it was", async () => {
    const [conn, peer] = await connected();
    const chunk = bytesOf(70_000);
    const received = receive(peer, 70_000);
    void conn.write(chunk);
    await received;
    expect(Buffer.from(bytesOf(70_000)).equals(chunk)).toBe(true);
  });
});

it("each frame of a client has a new key", async () => {
  const [conn, peer, raw] = await clientOfStock();
  for (let i = 0; i < 20; i += 1) {
    const received = receive(peer, 5);
    void conn.write(Buffer.from("hello"));
    await received;
  }
  const wire = Buffer.concat(raw);
  const frames = Array.from({ length: 20 }, (_, i) => wire.subarray(i * 11, (i + 1) * 11));
  for (const frame of frames) expect([frame[0], frame[1]]).toEqual([0x82, 0x85]);
  expect(new Set(frames.map((frame) => frame.toString("hex", 2, 6))).size).toBe(20);
});

it("what one tick writes in large chunks and small ones shares messages, and the write that leaves no room waits", async () => {
  const [conn, peer] = await clientOfStock({ highWaterMark: 100_000 });
  const messages: number[] = [];
  peer.on("message", (data: Buffer) => messages.push(data.byteLength));
  const written = [8, 60_000, 8, 60_000].map((size) => conn.write(new Uint8Array(size)));
  const ready = conn.write(new Uint8Array(0));
  expect(written.map((one) => one === ready)).toEqual([true, true, true, false]);
  await Promise.all(written);
  while (messages.reduce((sum, size) => sum + size, 0) < 120_016) await once(peer, "message");
  expect(messages).toEqual([65_536, 54_480]);
});
