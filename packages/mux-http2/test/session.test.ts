import { once } from "node:events";
import * as nodeHttp2 from "node:http2";
import { connect } from "node:net";
import { memoryPair, type StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { afterEach, describe, expect, test } from "vitest";
import { http2 } from "../src/index.js";
import { bytes, CONNS, connected, end, failure, next, type Pair, pair, sockets, text, unixConns } from "./pairs.js";

const open: Pair[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await end(one);
});

async function session(...parameters: Parameters<typeof pair>): Promise<Pair> {
  const made = await pair(...parameters);
  open.push(made);
  return made;
}

describe("ending a session", () => {
  test("close arrives with its code and reason, and ends every stream", async () => {
    const { client, server } = await session(CONNS.tcp);
    const [near, far] = await connected(client, server);
    await server.close({ code: 9, reason: "enough\u0007" });
    expect(await server.closed).toEqual({ code: 9, reason: "enough\u0007", remote: false });
    expect(await client.closed).toEqual({ code: 9, reason: "enough\\u0007", remote: true });
    expect(await failure(near.read())).toMatchObject({ code: "ERR_SESSION_CLOSED", remote: true });
    expect(await failure(far.read())).toMatchObject({ code: "ERR_SESSION_CLOSED", remote: false });
    expect(await failure(client.newStream())).toMatchObject({ code: "ERR_SESSION_CLOSED", remote: true });
  });

  test("a stream that the peer had not seen when it closed may be retried", async () => {
    const { client, server } = await session();
    const closing = server.close();
    const unseen = await client.newStream();
    expect(await failure(unseen.closed)).toMatchObject({ code: "ERR_SESSION_CLOSED", retryable: true });
    await closing;
  });

  test("what was written and closed before a shutdown arrives, from either end", async () => {
    for (const who of ["client", "server"] as const) {
      const made = await session(CONNS.tcp);
      const [opener, accepter] = who === "client" ? [made.client, made.server] : [made.server, made.client];
      const [near, far] = await connected(opener, accepter);
      void near.write(new Uint8Array(3_000_000));
      void near.close();
      const draining = opener.shutdown();
      expect(await failure(opener.newStream())).toMatchObject({ code: "ERR_SESSION_DRAINING", retryable: true });
      expect((await text(far)).length).toBe(3_000_000);
      await far.close();
      await draining;
      expect(await opener.closed).toEqual({ code: 0, reason: "", remote: false });
      expect(await accepter.closed).toEqual({ code: 0, reason: "", remote: true });
    }
  });

  test("a session that drains still measures round trips, and keepalive does not take it for dead", async () => {
    const { client, server } = await session(CONNS.tcp, { keepaliveInterval: 10, keepaliveTimeout: 100 }, {});
    const [near, far] = await connected(client, server);
    const draining = client.shutdown();
    expect(await client.ping()).toBeGreaterThan(0);
    expect(await server.ping()).toBeGreaterThan(0);
    const pings = await Promise.all(Array.from({ length: 30 }, () => client.ping()));
    expect(pings).toHaveLength(30);
    await answers(client, 3);
    await Promise.all([near.close(), far.close()]);
    await draining;
  });

  test("the end of the connection with a stream open is a loss, and never a clean end", async () => {
    const [near, far] = await sockets();
    const client = http2()(fromDuplex(near), "client");
    const server = http2()(fromDuplex(far), "server");
    await Promise.all([client.ready, server.ready]);
    const [ours] = await connected(client, server);
    near.end();
    expect(await failure(ours.read())).toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    expect(await failure(server.closed)).toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await Promise.all([client.close(), server.close()]);
  });
});

test("many streams both ways at once, more than the transport holds, all arrive", async () => {
  for (const conns of [...Object.values(CONNS), unixConns]) {
    const { client, server } = await session(conns);
    const [here, there] = [client.listen(), server.listen()];
    const size = 2 * 1024 * 1024;
    const one = async (opener: typeof client, listener: typeof here): Promise<number> => {
      const near = await opener.newStream();
      const far = await listener.accept();
      if (far === null) throw new Error("no stream");
      void near.write(new Uint8Array(size));
      void near.close();
      void far.write(new Uint8Array(size));
      void far.close();
      return (await text(near)).length + (await text(far)).length;
    };
    const sizes = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? one(client, there) : one(server, here))),
    );
    expect(new Set(sizes)).toEqual(new Set([2 * size]));
  }
});

describe("a peer that speaks something else", () => {
  const SPOKEN = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n": "HTTP/1",
    "SSH-2.0-OpenSSH_9.9\r\n": "SSH",
    "\u0016\u0003\u0001\u0002\u0000\u0001": "TLS",
    "hello\n": 'something that starts with "hello\\u000a"',
  };

  test.each(Object.entries(SPOKEN))("a server says what %j is", async (said, what) => {
    const [near, far] = await sockets();
    const server = http2()(fromDuplex(far), "server");
    near.on("error", () => {});
    near.write(said, "latin1");
    const error = await failure(server.ready);
    expect(error).toMatchObject({ code: "ERR_WRONG_PROTOCOL", remote: true });
    expect(error.message).toContain(`speaks ${what}`);
    expect(await failure(server.closed)).toBe(error);
    near.destroy();
  });

  test.each([
    ["HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "HTTP/1"],
    ["SSH-2.0-OpenSSH_9.9\r\n", "SSH"],
    ["\u0015\u0003\u0001\u0000\u0002\u0002\u000a", "TLS"],
  ])("a client says what %j is, where the bytes can be seen", async (said, what) => {
    const [near, far] = memoryPair();
    const client = http2()(near, "client");
    const stream = await client.newStream();
    await far.read();
    await far.write(Buffer.from(said, "latin1"));
    await far.close();
    const error = await failure(client.ready);
    expect(error.code).toBe("ERR_WRONG_PROTOCOL");
    expect(error.message).toContain(`speaks ${what}`);
    expect(await failure(stream.opened)).toBe(error);
  });

  test("a client over a socket says that it is not HTTP/2", async () => {
    const [near, far] = await sockets();
    far.on("error", () => {});
    const client = http2()(fromDuplex(near), "client");
    far.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect((await failure(client.ready)).code).toBe("ERR_WRONG_PROTOCOL");
    far.destroy();
  });

  test("silence ends at the handshake limit", async () => {
    const [near, far] = memoryPair();
    const server = http2({ handshakeTimeout: 20 })(far, "server");
    expect((await failure(server.ready)).code).toBe("ERR_TIMEOUT");
    expect(await near.read().catch(() => null)).toBe(null);
    const [, silent] = memoryPair();
    const client = http2({ handshakeTimeout: 20 })(silent, "client");
    expect((await failure(client.closed)).code).toBe("ERR_TIMEOUT");
  });

  test("a connection that ends before the handshake is a loss", async () => {
    const [near, far] = memoryPair();
    const server = http2()(far, "server");
    await near.close();
    expect((await failure(server.ready)).code).toBe("ERR_TRANSPORT_LOST");
    await server.close();
  });
});

/** Resolves when something came so often over an idle connection: what a keepalive asked for, of which the next asks only if the last was answered. */
async function answers(session: StreamProvider, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const { bytesIn } = session.stats();
    await until(session, () => session.stats().bytesIn > bytesIn);
  }
}

/** @throws if the session ends before */
async function until(session: StreamProvider, holds: () => boolean): Promise<void> {
  const over = session.closed.then(() => Promise.reject(new Error("the session ended")));
  over.catch(() => {});
  while (!holds()) await Promise.race([over, new Promise((done) => setImmediate(done))]);
}

describe("keepalive", () => {
  test("a peer that went silent ends the session, and every stream with it", async () => {
    const [near, far] = await sockets();
    const client = http2({ keepaliveInterval: 30, keepaliveTimeout: 30 })(fromDuplex(near), "client");
    const server = http2()(fromDuplex(far), "server");
    await Promise.all([client.ready, server.ready]);
    const [stream] = await connected(client, server);
    far.pause();
    // Whatever reads below it is stopped too.
    far.removeAllListeners("data");
    Reflect.get(far, "_handle").readStop();
    expect(await failure(stream.read())).toMatchObject({ code: "ERR_TIMEOUT", remote: true });
    far.destroy();
    await failure(server.closed);
  });

  test("a peer that answers lives on", async () => {
    const { client, server } = await session(CONNS.tcp, { keepaliveInterval: 5, keepaliveTimeout: 100 }, {});
    const [near, far] = await connected(client, server);
    await answers(client, 3);
    await near.write(bytes("x"));
    expect(await next(far)).toBe("x");
  });

  test("a half-closed stream on which nothing comes is reset after the linger", async () => {
    const { client, server } = await session(CONNS.memory, { halfCloseLinger: 20 });
    const [near, far] = await connected(client, server);
    await near.close();
    expect(await failure(near.closed)).toMatchObject({ code: "ERR_RESET", remote: false });
    expect(await failure(far.closed)).toMatchObject({ code: "ERR_RESET", remote: true });
  });

  test("the linger also holds for a stream whose end had to wait for credit", async () => {
    const { client, server } = await session(CONNS.memory, { halfCloseLinger: 20, streamWindow: 65_535 });
    const [near, far] = await connected(client, server);
    void near.write(new Uint8Array(1_000_000));
    const closing = near.close();
    await until(server, () => [...server.stats().streams()].every(({ unread }) => unread === 65_535));
    while ((await far.read()) !== null);
    await closing;
    expect(await failure(near.closed)).toMatchObject({ code: "ERR_RESET", remote: false });
  });
});

describe("with a plain node:http2 peer", () => {
  test("our client opens streams to its server, which answers when it likes", async () => {
    const server = nodeHttp2.createServer();
    server.on("stream", (stream, fields) => {
      stream.on("error", () => {});
      if (fields[":path"] !== "/route") return stream.respond({ ":status": 404 }, { endStream: true });
      stream.once("data", () => {
        stream.respond({ ":status": 200, "x-method": fields[":method"] });
        stream.write("got it");
        stream.end();
      });
      stream.on("end", () => {});
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const dial = async (path: string) => {
      const socket = connect(address.port, "127.0.0.1");
      await once(socket, "connect");
      const client = http2({ path })(fromDuplex(socket), "client");
      await client.ready;
      return client;
    };
    const client = await dial("/route");
    expect(client.features.opens).toBe("client");
    const stream = await client.newStream({ a: "b" });
    await stream.write(bytes("question"));
    expect((await stream.opened).get("x-method")).toBe("POST");
    expect(await text(stream)).toBe("got it");
    await stream.close();
    await stream.closed;
    await client.shutdown();
    const lost = await dial("/nowhere");
    const error = await failure((await lost.newStream()).opened);
    // Another program may have acted on it.
    expect(error).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: false });
    expect(error.message).toContain("404");
    await lost.close();
    server.close();
  });

  test("its client opens streams to our listener, and is told when it is refused", async () => {
    const [near, far] = await sockets();
    const server = http2()(fromDuplex(far), "server");
    const session = nodeHttp2.connect("http://example.org", { createConnection: () => near });
    const listener = server.listen((headers) =>
      headers.get("streams-path") === "/no" ? { accept: false, headers: { why: "no" } } : { accept: true },
    );
    const yes = session.request({ ":method": "PUT", ":path": "/yes" });
    yes.write("hello");
    const stream = await listener.accept();
    expect([...(stream?.headers ?? [])]).toEqual([
      ["host", "example.org:80"],
      ["streams-method", "PUT"],
      ["streams-path", "/yes"],
    ]);
    expect(stream && (await next(stream))).toBe("hello");
    expect(server.features.opens).toBe("client");
    expect((await failure(server.newStream())).code).toBe("ERR_UNSUPPORTED");
    const no = session.request({ ":method": "POST", ":path": "/no" });
    const [fields] = await once(no, "response");
    expect(fields).toMatchObject({ ":status": 403, why: "no" });
    session.destroy();
    await server.closed.catch(() => {});
    await server.close();
  });

  test("a peer that sends much to an end that sends little gets the whole session window", async () => {
    const [near, far] = await sockets();
    const server = http2({ sessionWindow: 8_000_000, streamWindow: 2_000_000 })(fromDuplex(far), "server");
    const session = nodeHttp2.connect("http://example.org", { createConnection: () => near });
    const listener = server.listen();
    session.request({ ":method": "POST", ":path": "/streams" }).end(Buffer.alloc(1_500_000));
    const stream = await listener.accept();
    while ((await stream?.read()) !== null);
    // The answer is behind the credit.
    await new Promise((done) => session.ping(done));
    expect(session.state.remoteWindowSize).toBeGreaterThan(5_000_000);
    session.destroy();
    await server.closed.catch(() => {});
  });

  test("a GOAWAY with an error code fails the session and says which", async () => {
    const [near, far] = await sockets();
    const server = nodeHttp2.performServerHandshake(far);
    server.on("error", () => {});
    const client = http2()(fromDuplex(near), "client");
    await client.ready;
    server.goaway(11, 0, Buffer.from("too much"));
    expect(await failure(client.closed)).toMatchObject({ code: "ERR_CALM", remote: true, resetCode: 11 });
    await client.close();
    server.destroy();
  });
});

test("no timer and no socket is left once the sessions have closed", async () => {
  const held = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === "Timeout" || kind === "TCPSocketWrap").length;
  const before = held();
  const made = await pair(CONNS.tcp, { halfCloseLinger: 1000 });
  const [near] = await connected(made.client, made.server);
  await near.close();
  await end(made);
  expect(held()).toBeLessThanOrEqual(before);
});

test.each(["client", "server"] as const)(
  "a %s that opens and resets more than anybody does is cut off",
  async (who) => {
    const made = await session();
    const [flooder, other] = who === "client" ? [made.client, made.server] : [made.server, made.client];
    other.listen();
    const flood = async (): Promise<void> => {
      for (;;) {
        for (let i = 0; i < 4; i += 1) (await flooder.newStream()).reset();
        await new Promise((done) => setImmediate(done));
      }
    };
    await flood().catch(() => {});
    expect(await failure(other.closed)).toMatchObject({ code: "ERR_CALM", remote: true });
  },
);

test("while the peer drains, a new stream is refused here and says that it is the peer who drains", async () => {
  const { client, server } = await session();
  const [near, far] = await connected(client, server);
  await near.opened;
  const draining = client.shutdown();
  // The first one may overtake what says so.
  await client.ping();
  await client.ping();
  expect(await failure(server.newStream())).toMatchObject({ code: "ERR_SESSION_DRAINING", remote: true });
  expect(await failure(client.newStream())).toMatchObject({ code: "ERR_SESSION_DRAINING", remote: false });
  await Promise.all([near.close(), far.close()]);
  await draining;
});

test.each([
  { path: "" },
  { path: "streams" },
  { path: "/a b" },
  { path: "/.streams/park" },
  { authority: "" },
  { authority: "a b" },
])("%j is refused where it is given", (options) => {
  expect(() => http2(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
});
