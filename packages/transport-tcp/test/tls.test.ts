import { once } from "node:events";
import http from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type ConnectionOptions, createServer as createTlsServer, TLSSocket, connect as tlsConnect } from "node:tls";
import { memoryPair, type StreamsError } from "streams-core";
import { takeDuplex, toDuplex } from "streams-core/node";
import { type TlsOptions, tls } from "transport-tcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificates } from "./certificates.js";
import { failure } from "./failures.js";
import { pairOver } from "./pairs.js";

const { ca, otherCa, cert, key, clientCert, clientKey } = certificates;

async function serving(options: TlsOptions = {}, rejected?: (error: StreamsError) => void): Promise<URL> {
  const told = rejected === undefined ? {} : { onRejected: rejected };
  const server = await tls({ cert, key, ...told, ...options }).serve(new URL("x+tls://localhost:0"));
  onTestFinished(() => server.close());
  return server.url;
}

describe("trust", () => {
  test("a certificate of an unknown authority is ERR_UNTRUSTED and says where to name it", async () => {
    const url = await serving();
    for (const options of [{}, { ca: otherCa }]) {
      const error = await failure(tls(options).dial(url));
      expect(error.code).toBe("ERR_UNTRUSTED");
      expect(error.message).toMatch(/localhost:\d+ is not trusted .*in the option ca/);
    }
  });

  test("a certificate for another name is ERR_UNTRUSTED and says which option names it", async () => {
    const url = await serving();
    const error = await failure(tls({ ca, servername: "example.com" }).dial(url));
    expect([error.code, error.message]).toEqual(["ERR_UNTRUSTED", expect.stringContaining("servername")]);
  });

  test("servername is what the certificate is checked for", async () => {
    const url = await serving();
    url.hostname = "127.0.0.1";
    const conn = await tls({ ca, servername: "localhost" }).dial(url);
    conn.reset();
  });

  test("an address is checked as an address", async () => {
    const { dispose } = await pairOver(tls({ ca, cert, key }), "x+tls://127.0.0.1:0");
    await dispose();
  });

  test("rejectUnauthorized false takes any certificate", async () => {
    const conn = await tls({ rejectUnauthorized: false }).dial(await serving());
    conn.reset();
  });

  test("a server that asks for certificates takes a client with one and refuses one without", async () => {
    const rejected: StreamsError[] = [];
    const options: TlsOptions = { ca, cert, key, requestCert: true, onRejected: (error) => rejected.push(error) };
    const server = await tls(options).serve(new URL("x+tls://localhost:0"));
    onTestFinished(() => server.close());
    const trusted = await tls({ ca, cert: clientCert, key: clientKey }).dial(server.url);
    expect(await server.accept()).not.toBeNull();
    trusted.reset();
    // In TLS 1.3 the client is done before the server has looked at its certificate, and learns of the refusal when it reads.
    const error = await failure(
      tls({ ca })
        .dial(server.url)
        .then((conn) => conn.read()),
    );
    expect([error.code, error.message]).toEqual(["ERR_UNTRUSTED", expect.stringContaining("cert and key")]);
    expect(rejected.map(({ code }) => code)).toEqual(["ERR_UNTRUSTED"]);
  });
});

describe("protocols", () => {
  test("ALPN picks the server's first that the client offers", async () => {
    const { near, far, dispose } = await pairOver(tls({ ca, cert, key, alpn: ["b", "a"] }), "x+tls://localhost:0");
    for (const conn of [near, far]) {
      const socket = takeDuplex(conn);
      expect(socket instanceof TLSSocket && socket.alpnProtocol).toBe("b");
    }
    await dispose();
  });

  test("no common protocol is ERR_WRONG_PROTOCOL at both ends", async () => {
    const rejected: StreamsError[] = [];
    const url = await serving({ alpn: ["a"] }, (error) => rejected.push(error));
    expect((await failure(tls({ ca, alpn: ["b"] }).dial(url))).code).toBe("ERR_WRONG_PROTOCOL");
    expect(rejected.map(({ code }) => code)).toEqual(["ERR_WRONG_PROTOCOL"]);
  });

  test("a server that knows no ALPN is ERR_WRONG_PROTOCOL for a client that asks for it", async () => {
    const error = await failure(tls({ ca, alpn: ["b"] }).dial(await serving()));
    expect([error.code, error.message]).toEqual(["ERR_WRONG_PROTOCOL", expect.stringContaining("alpn")]);
  });

  test("a peer that speaks something else is ERR_WRONG_PROTOCOL", async () => {
    const server = http.createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const error = await failure(tls({ ca }).dial(new URL(`x+tls://127.0.0.1:${port}`)));
    expect([error.code, error.message]).toEqual([
      "ERR_WRONG_PROTOCOL",
      expect.stringContaining("speaks something else"),
    ]);
  });

  test("a peer that ends during the handshake is ERR_TRANSPORT_LOST", async () => {
    const port = await plainServer((socket) => socket.end());
    const error = await failure(tls({ ca }).dial(new URL(`x+tls://127.0.0.1:${port}`)));
    expect([error.code, error.message]).toEqual(["ERR_TRANSPORT_LOST", expect.stringContaining("speaks TLS")]);
  });

  test("a peer that says nothing is ERR_TIMEOUT", async () => {
    const port = await plainServer(() => {});
    const url = new URL(`x+tls://127.0.0.1:${port}`);
    const error = await failure(tls({ ca, handshakeTimeout: 50 }).dial(url));
    expect([error.code, error.message]).toEqual(["ERR_TIMEOUT", expect.stringContaining("within 50 ms")]);
  });

  test("an aborted handshake rejects with the signal's reason", async () => {
    const aborted = new AbortController();
    const port = await plainServer(() => aborted.abort("enough"));
    const dialling = tls({ ca }).dial(new URL(`x+tls://127.0.0.1:${port}`), { signal: aborted.signal });
    await expect(dialling).rejects.toBe("enough");
  });
});

describe("a server", () => {
  test("that is met by something else tells onRejected, and serves on", async () => {
    const rejected: StreamsError[] = [];
    const server = await tls({ ca, cert, key, onRejected: (error) => rejected.push(error) }).serve(
      new URL("x+tls://localhost:0"),
    );
    onTestFinished(() => server.close());
    for (const hello of ["GET / HTTP/1.1\r\n\r\n", "SSH-2.0-test\r\n"]) {
      const stray = connect(Number(server.url.port), "localhost");
      stray.on("error", () => {}).resume();
      stray.write(hello);
      await once(stray, "close");
    }
    expect(rejected.map(({ code }) => code)).toEqual(["ERR_WRONG_PROTOCOL", "ERR_WRONG_PROTOCOL"]);
    expect(rejected[0]?.message).toContain("HTTP without TLS");
    const near = await tls({ ca }).dial(server.url);
    const far = await server.accept();
    expect(far).not.toBeNull();
    near.reset();
    far?.reset();
  });

  test("ends a handshake that takes too long", async () => {
    let stray: Socket | undefined;
    const error = await new Promise<StreamsError>((resolve) => {
      void serving({ handshakeTimeout: 50 }, resolve).then((url) => {
        stray = connect(Number(url.port), "localhost")
          .on("error", () => {})
          .resume();
      });
    });
    expect(error.code).toBe("ERR_TIMEOUT");
    if (stray?.closed === false) await once(stray, "close");
  });

  test("that closes ends the handshakes that go on", async () => {
    const server = await tls({ cert, key }).serve(new URL("x+tls://localhost:0"));
    const stray = connect(Number(server.url.port), "localhost");
    await once(stray, "connect");
    stray.resume();
    stray.write(Uint8Array.of(22, 3, 1));
    // Its handshake goes on once the server has taken it, which is when the next one is done.
    const next = await tls({ ca }).dial(server.url);
    await server.close();
    const [error] = await once(stray, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
    next.reset();
  });

  test.each([{}, { cert }, { key }])("needs both cert and key", async (options) => {
    const error = await failure(tls(options).serve(new URL("x+tls://localhost:0")));
    expect([error.code, error.message]).toEqual(["ERR_OPTION_INVALID", expect.stringContaining("cert and key")]);
  });
});

test("a reset at once after the handshake is no clean end", async () => {
  for (let i = 0; i < 10; i++) {
    const { near, far, dispose } = await pairOver(tls({ ca, cert, key }), "x+tls://localhost:0");
    near.reset();
    expect((await failure(far.read())).code).toBe("ERR_TRANSPORT_LOST");
    await dispose();
  }
});

test.each([
  { ca: "no certificate", cert: "nor this" },
  { handshakeTimeout: 0 },
  { handshakeTimeout: Number.NaN },
  { connectTimeout: -1 },
  { highWaterMark: 0 },
  { ca: "no certificate" },
  { servername: "" },
  { alpn: [] },
  { alpn: [""] },
  { alpn: ["x".repeat(256)] },
])("%o is refused", (options: TlsOptions) => {
  expect(() => tls(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
});

test("node:tls runs over any Conn", async () => {
  const [near, far] = memoryPair();
  const tlsServer = createTlsServer({ cert, key, allowHalfOpen: true });
  const secured = once(tlsServer, "secureConnection");
  tlsServer.emit("connection", toDuplex(far));
  const options: ConnectionOptions = { ca, servername: "localhost", socket: toDuplex(near) };
  const client = tlsConnect(options);
  client.write("question");
  const [server]: TLSSocket[] = await secured;
  if (server === undefined) throw new Error("no connection");
  const [question] = await once(server, "data");
  server.end(`answer to ${question}`);
  const [answer] = await once(client, "data");
  expect(String(answer)).toBe("answer to question");
  client.end();
  await Promise.all([once(client, "close"), once(server, "close")]);
});

async function plainServer(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume();
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
