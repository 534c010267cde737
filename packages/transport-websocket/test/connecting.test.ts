// Dialling and serving: what is refused, by whom, and with which error.

import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { type Conn, isStreamsError, type Server } from "streams-core";
import { attach, ws, wss } from "transport-websocket";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { cert, key } from "./certificate.js";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const ANY = new URL("ws://127.0.0.1:0/");

async function served(options: Parameters<typeof ws>[0] = {}, url = ANY): Promise<Server<Conn>> {
  const server = await ws(options).serve(url);
  open.push(server);
  return server;
}

/** A TCP server that does this with every connection. */
async function tcpServer(behave: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    behave(socket);
  });
  open.push(server, { close: () => sockets.forEach((socket) => void socket.destroy()) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** The HTTP status that an upgrade with these headers gets. */
async function upgrade(url: URL, headers: Record<string, string>, path = "/"): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${url.port}${path}`, { headers });
  socket.on("error", () => {});
  const status = await Promise.race([
    once(socket, "open").then(() => 101),
    once(socket, "unexpected-response").then(([, response]) => response.statusCode),
  ]);
  socket.terminate();
  return status;
}

describe("dialling", () => {
  it("says ERR_UNREACHABLE when nothing answers", async () => {
    const server = await served();
    await server.close();
    await expect(ws().dial(server.url)).rejects.toMatchObject({ code: "ERR_UNREACHABLE" });
  });

  it("says ERR_WRONG_PROTOCOL and the status when an http server answers otherwise", async () => {
    const http = createServer((_request, response) => response.writeHead(404).end());
    open.push(http);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const url = new URL(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/nowhere`);
    await expect(ws().dial(url)).rejects.toMatchObject({
      code: "ERR_WRONG_PROTOCOL",
      message: expect.stringContaining("404"),
    });
  });

  it.each([
    ["ERR_WRONG_PROTOCOL", "does not speak HTTP", (socket: Socket) => socket.write("SSH-2.0-x\r\n")],
    ["ERR_TRANSPORT_LOST", "hangs up", (socket: Socket) => socket.once("data", () => socket.end())],
    ["ERR_TRANSPORT_LOST", "resets", (socket: Socket) => socket.once("data", () => socket.resetAndDestroy())],
  ])("says %s when the peer %s", async (code, _, behave) => {
    const url = await tcpServer(behave);
    await expect(ws().dial(url)).rejects.toMatchObject({ code });
    await expect(wss().dial(url)).rejects.toMatchObject({ code });
  });

  it("gives up after handshakeTimeout, and when it is aborted, and closes the socket", async () => {
    let closed = 0;
    const url = await tcpServer((socket) => socket.resume().on("close", () => (closed += 1)));
    await expect(ws({ handshakeTimeout: 50 }).dial(url)).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    const controller = new AbortController();
    const dialling = ws().dial(url, { signal: controller.signal });
    controller.abort("not now");
    await expect(dialling).rejects.toBe("not now");
    await expect(ws().dial(url, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
    await expect.poll(() => closed).toBeGreaterThanOrEqual(1);
  });

  it("of a closed server ends in the middle of the TLS handshake", async () => {
    const server = await wss({ cert, key }).serve(new URL("wss://127.0.0.1:0/"));
    const stray = connect(Number(server.url.port), "127.0.0.1")
      .on("error", () => {})
      .resume();
    await once(stray, "connect");
    // The server has taken it once the next one is open.
    (await wss({ ca: cert }).dial(server.url)).reset();
    await server.close();
    if (!stray.closed) await new Promise((resolve) => stray.once("close", resolve));
  });

  it("trusts only certificates of the given authority", async () => {
    const server = await wss({ cert, key }).serve(new URL("native+wss://127.0.0.1:0/"));
    open.push(server);
    await expect(wss().dial(server.url)).rejects.toMatchObject({ code: "ERR_UNTRUSTED" });
    await expect(wss({ ca: cert, servername: "example.com" }).dial(server.url)).rejects.toMatchObject({
      code: "ERR_UNTRUSTED",
    });
    const conn = await wss({ ca: cert }).dial(server.url);
    conn.reset();
    await expect(ws().dial(server.url)).rejects.toMatchObject({
      code: "ERR_TRANSPORT_LOST",
      message: expect.stringContaining("check that it speaks ws"),
    });
  });

  it("sends the headers option and the URL's path and query, but never its password", async () => {
    const http = createServer();
    open.push(http);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const upgraded = once(http, "upgrade");
    const { port } = http.address() as AddressInfo;
    const url = new URL(`ssh+ws://user:secret@127.0.0.1:${port}/mux?room=1`);
    const dialling = ws({ headers: { "X-Token": "abc" } }).dial(url);
    const [{ headers, url: target }, socket] = await upgraded;
    socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
    expect(target).toBe("/mux?room=1");
    expect(headers["x-token"]).toBe("abc");
    expect(headers.authorization).toBeUndefined();
    const error = await dialling.catch((reason) => reason);
    expect(isStreamsError(error, "ERR_AUTH_FAILED")).toBe(true);
    expect(String(error)).not.toContain("secret");
  });
});

describe("serving", () => {
  it("gives out a port, keeps the URL's scheme and path, and takes that path only", async () => {
    const server = await served({}, new URL("native+ws://127.0.0.1:0/mux"));
    expect(server.url.href).toMatch(/^native\+ws:\/\/127\.0\.0\.1:[1-9]\d*\/mux$/);
    expect(await upgrade(server.url, {}, "/mux?x=1")).toBe(101);
    expect(await upgrade(server.url, {}, "/other")).toBe(404);
  });

  it("says ERR_ADDRESS_IN_USE for a port that is taken and ERR_OPTION_INVALID for an address of others", async () => {
    const server = await served();
    await expect(ws().serve(server.url)).rejects.toMatchObject({ code: "ERR_ADDRESS_IN_USE" });
    await expect(ws().serve(new URL("ws://192.0.2.1:0/"))).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });

  it("answers a plain request with 426", async () => {
    const server = await served();
    const asking = request({ port: server.url.port, host: "127.0.0.1" }).end();
    const [response] = await once(asking, "response");
    expect(response.statusCode).toBe(426);
    response.resume();
  });

  it("lets pages of its own host and of no origin in, and no others", async () => {
    const { url } = await served();
    expect(await upgrade(url, {})).toBe(101);
    expect(await upgrade(url, { Origin: `http://127.0.0.1:${url.port}` })).toBe(101);
    expect(await upgrade(url, { Origin: "https://evil.example" })).toBe(403);
    expect(await upgrade(url, { Origin: "null" })).toBe(403);
  });

  it("lets pages of the origins option in, and no others", async () => {
    const { url } = await served({ origins: ["https://app.example"] });
    expect(await upgrade(url, { Origin: "https://app.example" })).toBe(101);
    expect(await upgrade(url, { Origin: `http://127.0.0.1:${url.port}` })).toBe(403);
    const chosen = await served({ origins: (origin) => origin.endsWith(".example") });
    expect(await upgrade(chosen.url, { Origin: "https://b.example" })).toBe(101);
    const throwing = await served({
      origins: () => {
        throw new Error("fault");
      },
    });
    expect(await upgrade(throwing.url, { Origin: "https://b.example" })).toBe(403);
  });

  it("answers on loopback to loopback's names only, unless hosts says otherwise", async () => {
    const { url } = await served();
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:99"]) expect(await upgrade(url, { Host: host })).toBe(101);
    expect(await upgrade(url, { Host: "rebound.example" })).toBe(403);
    const named = await served({ hosts: ["app.example"] });
    expect(await upgrade(named.url, { Host: "APP.example:8080" })).toBe(101);
    expect(await upgrade(named.url, { Host: "localhost" })).toBe(403);
  });

  it("takes no Host that is more than a host and a port", async () => {
    const { url } = await served();
    for (const host of ["evil.example@localhost", "localhost/x", "localhost#x", "localhost?x", "localhost\\x"]) {
      expect(await upgrade(url, { Host: host })).toBe(403);
    }
  });

  it("looks at the Origin where an old version of the protocol has it", async () => {
    const { url } = await served();
    const old = { "Sec-WebSocket-Version": "8", "Sec-WebSocket-Origin": "http://evil.example" };
    expect(await upgrade(url, old)).toBe(403);
  });

  it("speaks one of its subprotocols and refuses a client that offers none", async () => {
    const server = await served({ protocols: ["mux.v2", "mux.v1"] });
    const conn = await ws({ protocols: ["mux.v1"] }).dial(server.url);
    conn.reset();
    await expect(ws().dial(server.url)).rejects.toMatchObject({ code: "ERR_WRONG_PROTOCOL" });
    await expect(ws({ protocols: ["mux.v3"] }).dial(server.url)).rejects.toMatchObject({ code: "ERR_WRONG_PROTOCOL" });
  });

  it("stops on close, resets what nobody took, and lets what was accepted live on", async () => {
    const server = await served();
    const taken = await ws().dial(server.url);
    const far = await server.accept();
    const waiting = await ws().dial(server.url);
    const accepting = server.accept();
    const third = await accepting;
    const lost = await ws().dial(server.url);
    await server.close();
    await expect(lost.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    expect(await server.accept()).toBe(null);
    await taken.write(Uint8Array.of(1));
    expect([...((await far?.read()) ?? [])]).toEqual([1]);
    for (const conn of [taken, waiting, third]) conn?.reset();
  });

  it("refuses options that make no sense, and wss without a certificate", async () => {
    for (const options of [
      { highWaterMark: 0 },
      { maxMessage: Number.NaN },
      { maxPayload: -1 },
      { protocols: ["a b"] },
    ]) {
      expect(() => ws(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
    await expect(wss().serve(new URL("wss://127.0.0.1:0"))).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    expect(() => wss({ cert: "x", key: "y" })).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

describe("attach", () => {
  it("takes one path, leaves requests and other upgrades alone, and leaves the http server open", async () => {
    const http = createServer((_request, response) => response.end("page"));
    open.push(http);
    const first = attach(http, { path: "/a" });
    const second = attach(http, { path: "/b" });
    expect(() => attach(http, { path: "/a" })).toThrow(expect.objectContaining({ code: "ERR_ADDRESS_IN_USE" }));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const port = String((http.address() as AddressInfo).port);
    expect(first.url.href).toBe(`ws://127.0.0.1:${port}/a`);
    const near = await ws().dial(first.url);
    const far = await first.accept();
    const other = await ws().dial(second.url);
    expect(await upgrade(first.url, {}, "/c")).toBe(404);
    http.on("upgrade", (request, socket) => {
      if (request.url === "/c") socket.end("HTTP/1.1 418 Mine\r\nConnection: close\r\n\r\n");
    });
    expect(await upgrade(first.url, {}, "/c")).toBe(418);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("page");
    await first.close();
    await near.write(Uint8Array.of(1));
    expect([...((await far?.read()) ?? [])]).toEqual([1]);
    expect(http.listening).toBe(true);
    for (const conn of [near, far, other]) conn?.reset();
    await second.close();
  });
});
