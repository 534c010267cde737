// What is on the wire, seen by a peer that knows nothing of Streams.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Conn } from "streams-core";
import { READY } from "streams-core/kit";
import { ws } from "transport-websocket";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const holds =
  (...values: number[]) =>
  (chunk: Uint8Array | null) =>
    chunk !== null && [...chunk].join() === values.join();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
});

interface Stock {
  readonly conn: Conn;
  readonly peer: WebSocket;
  readonly messages: Buffer[];
}

/** Our dialled Conn and the stock server's end of it. */
async function stock(options: Parameters<typeof ws>[0] = {}): Promise<Stock> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  open.push(server);
  await once(server, "listening");
  const connection = once(server, "connection");
  const { port } = server.address() as AddressInfo;
  const conn = await ws(options).dial(new URL(`native+ws://127.0.0.1:${port}/any?query`));
  const [peer] = (await connection) as [WebSocket];
  const messages: Buffer[] = [];
  peer.on("message", (data) => messages.push(data as Buffer));
  open.push({ close: () => peer.terminate() });
  return { conn, peer, messages };
}

describe("messages", () => {
  it("carry what was written in one tick together, also by a loop that awaits every write", async () => {
    const { conn, peer, messages } = await stock();
    for (let i = 0; i < 100; i += 1) void conn.write(bytes(i));
    const first = once(peer, "message");
    await first;
    expect(messages.length).toBe(1);
    for (let i = 0; i < 100; i += 1) await conn.write(bytes(i));
    await conn.close();
    while (messages.at(-1)?.byteLength !== 0) await once(peer, "message");
    expect(messages.length).toBeLessThanOrEqual(5);
    const all = [...Buffer.concat(messages)];
    expect(all).toEqual([...Array(100).keys(), ...Array(100).keys()]);
  });

  it("are never larger than maxMessage and keep the order of small and large chunks", async () => {
    const { conn, peer, messages } = await stock({ maxMessage: 10_000 });
    const sent = [10, 25_000, 3, 4, 9_999, 10_000, 7_000, 7_000].map((size, i) => new Uint8Array(size).fill(i + 1));
    for (const chunk of sent) void conn.write(chunk);
    void conn.close();
    while (messages.at(-1)?.byteLength !== 0) await once(peer, "message");
    expect(Math.max(...messages.map((message) => message.byteLength))).toBeLessThanOrEqual(10_000);
    expect(Buffer.concat(messages).equals(Buffer.concat(sent))).toBe(true);
  });

  it("cost no promise per write while there is room", async () => {
    const { conn } = await stock();
    expect(conn.write(bytes(1))).toBe(READY);
  });

  it("of text are a fault of the peer and end the WebSocket with 1003", async () => {
    const { conn, peer } = await stock();
    peer.send(bytes(1));
    peer.send("text");
    const closed = once(peer, "close");
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_PROTOCOL", remote: true });
    expect(await conn.read()).toSatisfy(holds(1));
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_PROTOCOL" });
    expect((await closed)[0]).toBe(1003);
  });

  it("after the end are a fault of the peer", async () => {
    const { conn, peer } = await stock();
    peer.send(new Uint8Array(0));
    peer.send(new Uint8Array(0));
    peer.send(bytes(1));
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_PROTOCOL", remote: true });
  });

  it("above maxPayload are a fault of the peer", async () => {
    const { conn, peer } = await stock({ maxPayload: 1000 });
    peer.send(new Uint8Array(1001));
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_PROTOCOL", remote: true });
  });
});

describe("the end", () => {
  it("is an empty message each way, and the WebSocket closes with 1000 after both", async () => {
    const { conn, peer, messages } = await stock();
    await conn.close();
    while (messages.length === 0) await once(peer, "message");
    expect(messages[0]?.byteLength).toBe(0);
    const closed = once(peer, "close");
    peer.send(bytes(1));
    peer.send(new Uint8Array(0));
    expect(await conn.read()).toSatisfy(holds(1));
    expect(await conn.read()).toBe(null);
    await conn.closed;
    expect((await closed)[0]).toBe(1000);
  });

  it("of a peer that closes with 1000 is a clean one; writing is over", async () => {
    const { conn, peer } = await stock();
    await conn.write(bytes(1));
    await once(peer, "message");
    peer.send(bytes(2));
    peer.close(1000);
    expect(await conn.read()).toSatisfy(holds(2));
    expect(await conn.read()).toBe(null);
    await conn.closed;
    await expect(conn.write(bytes(3))).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST", remote: true });
    await conn.close();
  });

  it("with any other code is a loss that names the code and the reason, made printable", async () => {
    const { conn, peer } = await stock();
    peer.close(1011, "out of\nluck");
    await expect(conn.read()).rejects.toMatchObject({
      code: "ERR_TRANSPORT_LOST",
      remote: true,
      message: expect.stringMatching(/1011.*out of\\u000aluck/),
    });
  });

  it("without a close frame is a loss", async () => {
    const { conn, peer } = await stock();
    peer.terminate();
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
  });

  it("by a reset is a close code from 4000 on, both ways", async () => {
    const [codes, conns] = [[7, undefined, 70_000], [] as number[]];
    for (const code of codes) {
      const { conn, peer } = await stock();
      conn.reset(code);
      conns.push((await once(peer, "close"))[0]);
    }
    expect(conns).toEqual([4007, 4000, 4000]);
    const { conn, peer } = await stock();
    peer.close(4009, "go away");
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true, resetCode: 9 });
  });
});
