// A token in front of every multiplexer over a real socket: whoever has it notices nothing, whoever has not gets nothing.

import { createServer, type Socket } from "node:net";
import { http2 } from "mux-http2";
import { native } from "mux-native";
import { type ConnPair, connSuite, faulty, runnerOf } from "streams-conformance";
import {
  type Backends,
  type Conn,
  connect,
  memory,
  over,
  type Server,
  type StreamProvider,
  serve,
  type Transport,
  withToken,
} from "streams-core";
import { handled, Outcome } from "streams-core/kit";
import { tcp } from "transport-tcp";
import { afterEach, describe, expect, test } from "vitest";
import { muxOf, WIRES } from "../src/broken/wires.js";

const TOKEN = "a token of more than sixteen bytes";
const BASE = new URL("any://127.0.0.1:0");

const disposing: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposing.splice(0).reverse()) await dispose();
});

/** A session to an echoing server, made by URL out of a table. */
async function session(url: string, backends: Backends): Promise<StreamProvider> {
  const server = await serve(url, backends);
  disposing.push(() => server.close());
  void echoAll(server);
  const target = new URL(url);
  target.port = server.url.port;
  const client = await connect(target, backends);
  disposing.push(() => client.close());
  return client;
}

async function echoAll(server: Server<StreamProvider>): Promise<void> {
  for await (const one of server) void echoSession(one).catch(() => {});
}

async function echoSession(one: StreamProvider): Promise<void> {
  for await (const stream of one.listen()) {
    void (async () => {
      for await (const chunk of stream) await stream.write(chunk);
      await stream.close();
    })().catch(() => {});
  }
}

async function echo(client: StreamProvider, size: number): Promise<void> {
  const stream = await client.newStream({ name: "echo" });
  const sent = new Uint8Array(size).map((_, i) => (i * 31) >> 3);
  const writing = stream.write(sent.slice()).then(() => stream.close());
  const parts: Uint8Array[] = [];
  for await (const chunk of stream) parts.push(chunk);
  await writing;
  expect(Buffer.concat(parts).equals(sent)).toBe(true);
}

connSuite(runnerOf({ describe, test }), {
  name: "a connection whose first bytes came with the token's handshake",
  features: { halfClose: true, resetCode: false, resetSeen: true, backpressure: true, cut: false },
  scale: 0.125,
  async pair(): Promise<ConnPair> {
    const below = memory();
    const server = await withToken(below, { token: TOKEN }).serve(new URL("memory://conn"));
    const dialling = withToken(lagging(below), { token: TOKEN }).dial(server.url);
    const far = await server.accept();
    await far?.write(Uint8Array.of(7));
    const near = await dialling;
    expect(await near.read()).toEqual(Uint8Array.of(7));
    if (far === null) throw new Error("The server was closed.");
    return { near, far, cut: () => {}, dispose: () => server.close() };
  },
});

describe.each(WIRES)("%s", (wire) => {
  const backends = (transport: Transport): Backends => ({ mux: muxOf(wire), guarded: transport });

  test("runs behind a token, out of a table, with every byte as it was", async () => {
    const client = await session("mux+guarded://127.0.0.1:0", backends(withToken(tcp(), { token: TOKEN })));
    await Promise.all([echo(client, 1), echo(client, 1_000_000)]);
    await client.shutdown();
  });

  test("runs behind a token when what arrives is in small pieces", async () => {
    // ssh2 reads an identification line that is cut once, but not one that is cut twice.
    const sliced = faulty(tcp(), { slice: wire === "ssh" ? 16 : 1 });
    const client = await session("mux+guarded://127.0.0.1:0", backends(withToken(sliced, { token: TOKEN })));
    await echo(client, 2_000);
  });

  // A server of HTTP/2 or SPDY waits for the client's first words.
  test.skipIf(wire === "http2" || wire === "spdy")(
    "bytes that come together with the end of the handshake are not lost",
    async () => {
      const gathered = withToken(lagging(tcp()), { token: TOKEN });
      const client = await session("mux+guarded://127.0.0.1:0", backends(gathered));
      await echo(client, 2_000);
    },
  );

  test("a wrong token makes no session at either end, and the server serves on", async () => {
    const rejection = new Outcome<unknown>();
    const guarded = withToken(tcp(), { token: TOKEN, onRejected: (error) => rejection.resolve(error) });
    const server = await over(muxOf(wire), guarded).serve(BASE);
    disposing.push(() => server.close());
    const wrong = over(muxOf(wire), withToken(tcp(), { token: "another token of that length" }));
    await expect(wrong.connect(server.url)).rejects.toMatchObject({ code: "ERR_AUTH_FAILED", remote: true });
    expect(await rejection.promise).toMatchObject({ code: "ERR_AUTH_FAILED" });

    const accepting = server.accept();
    const client = await over(muxOf(wire), guarded).connect(server.url);
    disposing.push(() => client.close());
    expect(await accepting).not.toBeNull();
  });

  test("a client without a token is turned away and told so", async () => {
    const rejection = new Outcome<unknown>();
    const guarded = withToken(tcp(), { token: TOKEN, onRejected: (error) => rejection.resolve(error) });
    const server = await over(muxOf(wire), guarded).serve(BASE);
    disposing.push(() => server.close());
    const failed = await over(muxOf(wire), tcp())
      .connect(server.url)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: "StreamsError" });
    expect(await rejection.promise).toMatchObject({ code: "ERR_WRONG_PROTOCOL" });
  });

  test("a server without a token is no server for a client with one", async () => {
    const server = await over(muxOf(wire), tcp()).serve(BASE);
    disposing.push(() => server.close());
    const guarded = withToken(tcp(), { token: TOKEN, handshakeTimeout: 2_000 });
    const failed = await over(muxOf(wire), guarded)
      .connect(server.url)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: expect.stringMatching(/^ERR_(WRONG_PROTOCOL|TRANSPORT_LOST|AUTH_FAILED)$/) });
  });
});

test("the client of the native wire learns that the server asks for a token", async () => {
  const server = await over(native(), withToken(tcp(), { token: TOKEN })).serve(BASE);
  disposing.push(() => server.close());
  await expect(over(native(), tcp()).connect(server.url)).rejects.toMatchObject({
    code: "ERR_WRONG_PROTOCOL",
    message: expect.stringContaining("token"),
  });
});

test("a server that sends endless garbage is left at its first bytes", async () => {
  const sockets = new Set<Socket>();
  const garbage = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    const more = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 7)));
    };
    socket.on("drain", more);
    more();
  });
  await new Promise<void>((resolve) => garbage.listen(0, "127.0.0.1", resolve));
  disposing.push(() => {
    for (const socket of sockets) socket.destroy();
    garbage.close();
  });
  const address = garbage.address();
  const url = new URL(`any://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  const dialling = over(http2(), withToken(tcp(), { token: TOKEN })).connect(url);
  await expect(dialling).rejects.toMatchObject({ code: "ERR_WRONG_PROTOCOL" });
});

/** A client reads the last piece of the handshake only together with what the server says next. */
function lagging(transport: Transport): Transport {
  return {
    serve: (url, o) => transport.serve(url, o),
    dial: async (url, o) => gathering(await transport.dial(url, o)),
  };
}

const HANDSHAKE = 41 + 32;

function gathering(conn: Conn): Conn {
  let arrived = 0;
  const gathered: Conn["read"] = async (options) => {
    const chunk = await conn.read(options);
    if (chunk === null) return null;
    arrived += chunk.byteLength;
    if (arrived !== HANDSHAKE) return chunk;
    const next = await conn.read(options);
    return next === null ? chunk : Buffer.concat([chunk, next]);
  };
  const read: Conn["read"] = (options) => handled(gathered(options));
  return new Proxy(conn, {
    get(target, name) {
      if (name === "read") return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
