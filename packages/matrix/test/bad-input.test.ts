// What a user may get wrong, and what he is told: always a StreamsError with a code and advice, never a hang, a crash or something left open.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { http2 } from "mux-http2";
import { native } from "mux-native";
import { generateKeys, ssh } from "mux-ssh";
import {
  type Backends,
  connect,
  type ErrorCode,
  isStreamsError,
  memory,
  memoryPair,
  over,
  type Server,
  type StreamProvider,
  type StreamsError,
} from "streams-core";
import { fromDuplex, toDuplex } from "streams-core/node";
import { fromWeb, toWeb } from "streams-core/web";
import { stdio } from "transport-stdio";
import { tcp, tls, unix } from "transport-tcp";
import { ws, wss } from "transport-websocket";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../../transport-tcp/test/certificates/${name}.pem`, import.meta.url));
const certificate = { ca: pem("ca"), cert: pem("server"), key: pem("server-key") };
const keys = generateKeys();
const login = { username: "user", password: "secret", hostKey: keys.fingerprint };
const handshakeTimeout = 2000;

const muxes = {
  native: native({ handshakeTimeout }),
  http2: http2({ handshakeTimeout }),
  ssh: ssh({ ...login, hostKeys: [keys.privateKey], users: { user: { password: "secret" } }, handshakeTimeout }),
};
const sockets = {
  tcp: tcp({ connectTimeout: 300 }),
  tls: tls({ ...certificate, connectTimeout: 300, handshakeTimeout }),
  ws: ws({ handshakeTimeout: 300 }),
  wss: wss({ ...certificate, handshakeTimeout: 300 }),
};
const backends: Backends = { ...muxes, ...sockets, unix: unix(), stdio: stdio({ command: "/no/such/program" }) };
const LOOPBACK = "x://127.0.0.1:0";

const before = open();

describe("an address", () => {
  test.each([
    ["nope://host:1", "ERR_SCHEME_UNKNOWN", "native, http2, ssh, tcp"],
    ["native+nope://host:1", "ERR_SCHEME_UNKNOWN", '"nope"'],
    ["constructor+tcp://host:1", "ERR_SCHEME_UNKNOWN", "native, http2, ssh, tcp"],
    ["tcp+native://host:1", "ERR_SCHEME_UNKNOWN", "write it like"],
    ["tcp://host:1", "ERR_SCHEME_UNKNOWN", "write it like"],
    ["not a URL", "ERR_SCHEME_UNKNOWN", "write it like"],
    ["native+tcp://127.0.0.1:65536", "ERR_SCHEME_UNKNOWN", "write it like"],
    ["native+stdio:", "ERR_CHILD_FAILED", "check that the command"],
    ["native+unix:", "ERR_OPTION_INVALID", "three slashes"],
    ["native+unix://host/path", "ERR_OPTION_INVALID", "three slashes"],
    [`native+unix:///${"x".repeat(200)}`, "ERR_OPTION_INVALID", "shorter"],
    ["native+unix:///no/such/socket", "ERR_UNREACHABLE", "check that a server listens"],
  ])("%s is %s", async (url, code, advice) => {
    await fails(connect(url, backends), code, advice);
  });

  test.each(Object.keys(sockets))(
    "of %s needs a host and a port, and somebody who listens there",
    async (transport) => {
      for (const rest of ["", "///path", "//127.0.0.1:0"]) {
        await fails(connect(`native+${transport}:${rest}`, backends), "ERR_OPTION_INVALID", "write it like");
      }
      for (const rest of ["127.0.0.1:1", "localhost:1", "nobody.invalid:1"]) {
        await fails(
          connect(`native+${transport}://${rest}`, backends),
          "ERR_UNREACHABLE",
          "check that a server listens",
        );
      }
    },
  );

  test("that is a string, as a caller without types may give, says what it should be", async () => {
    const wrong = "x://user:secret@127.0.0.1:0" as unknown as URL;
    const backend = over(muxes.native, sockets.tcp);
    await fails(backend.connect(wrong), "ERR_OPTION_INVALID", "new URL");
    expect((await failure(backend.connect(wrong))).message).not.toContain("secret");
    await fails(backend.serve(wrong), "ERR_OPTION_INVALID", "new URL");
    for (const transport of [...Object.values(sockets), unix()]) {
      await fails(transport.dial(wrong), "ERR_OPTION_INVALID", "new URL");
      await fails(transport.serve(wrong), "ERR_OPTION_INVALID", "new URL");
    }
  });

  test("that swallows everything is given up in time", async () => {
    const { port, end } = await blackHole();
    for (const [name, transport] of Object.entries(sockets)) {
      const code = name.startsWith("ws") ? "ERR_TIMEOUT" : "ERR_UNREACHABLE";
      await fails(transport.dial(new URL(`x://127.0.0.1:${port}`)), code, "check");
    }
    await end();
  });

  test.each(Object.entries(sockets))("to serve with %s must be free, and of this machine", async (_, transport) => {
    const port = await peer((socket) => socket.end());
    await fails(transport.serve(new URL(`x://127.0.0.1:${port}`)), "ERR_ADDRESS_IN_USE", "port 0");
    await fails(transport.serve(new URL("x://203.0.113.1:0")), "ERR_OPTION_INVALID", "choose an address");
    await fails(transport.serve(new URL("x://nobody.invalid:0")), "ERR_OPTION_INVALID", "choose an address");
  });
});

describe("a peer that speaks something else is named", () => {
  const banners = {
    SSH: "SSH-2.0-OpenSSH_9.6\r\n",
    "SMTP or FTP": "220 mail ESMTP\r\n",
    "the native wire": "\x89MUX\r\n\x1a\n",
  };

  test.each(["native", "http2"])("%s meets other servers", async (mux) => {
    // node:http2 gets the socket itself (mux-http2's README, Limits): nobody sees the bytes that it could not read.
    const told = (name: string): string => (mux === "http2" ? "not HTTP/2" : name);
    await fails(connect(`${mux}+tcp://127.0.0.1:${await httpPeer()}`, backends), "ERR_WRONG_PROTOCOL", told("HTTP/1"));
    for (const [name, banner] of Object.entries(banners)) {
      if (mux === "native" && name === "the native wire") continue;
      const port = await peer((socket) => socket.write(banner.padEnd(64), "latin1"));
      await fails(connect(`${mux}+tcp://127.0.0.1:${port}`, backends), "ERR_WRONG_PROTOCOL", told(name));
    }
  });

  test("ssh meets other servers", async () => {
    await fails(connect(`ssh+tcp://127.0.0.1:${await httpPeer()}`, backends), "ERR_WRONG_PROTOCOL", "HTTP/1");
    const { port } = (await served(over(muxes.native, tcp()), LOOPBACK)).url;
    await fails(connect(`ssh+tcp://127.0.0.1:${port}`, backends), "ERR_WRONG_PROTOCOL", "native wire");
  });

  test("TLS and WebSockets meet other servers", async () => {
    const http = await httpPeer();
    const banner = await peer((socket) => socket.write(banners.SSH));
    await fails(sockets.ws.dial(new URL(`x://127.0.0.1:${http}/mux`)), "ERR_WRONG_PROTOCOL", "check the path /mux");
    await fails(sockets.ws.dial(new URL(`x://127.0.0.1:${banner}`)), "ERR_WRONG_PROTOCOL", "does not speak ws");
    for (const port of [http, banner]) {
      for (const { dial } of [sockets.tls, sockets.wss]) {
        await fails(dial(new URL(`x://127.0.0.1:${port}`)), "ERR_WRONG_PROTOCOL", "check its address and port");
      }
    }
  });

  test.each(["end", "resetAndDestroy"] as const)("one that does %s at once is a loss or out of reach", async (how) => {
    const port = await peer((socket) => socket[how]());
    for (const mux of Object.keys(muxes)) {
      for (const transport of Object.keys(sockets)) {
        const error = await failure(connect(`${mux}+${transport}://127.0.0.1:${port}`, backends));
        expect(error.code).toMatch(/^ERR_(TRANSPORT_LOST|UNREACHABLE)$/);
      }
    }
  });

  test.each(Object.entries({ native, http2, ssh }))("one that says nothing is late for %s", async (_, make) => {
    const port = await peer(() => {});
    const mux = make({ ...login, handshakeTimeout: 100 });
    await fails(over(mux, tcp()).connect(new URL(`x://127.0.0.1:${port}`)), "ERR_TIMEOUT", "100 ms");
  });

  test("a server tells onRejected and serves on", async () => {
    for (const mux of Object.values(muxes)) {
      let tell = (_: unknown): void => {};
      const rejected = new Promise((resolve) => {
        tell = resolve;
      });
      const server = await served(over(mux, tcp(), { onRejected: tell }), LOOPBACK);
      const stray = connectSocket(Number(server.url.port), "127.0.0.1").on("error", () => {});
      stray.resume().write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
      expect(await rejected).toMatchObject({ code: "ERR_WRONG_PROTOCOL" });
      stray.destroy();
      const session = await over(mux, tcp()).connect(server.url);
      await session.close();
    }
  });
});

describe("trust", () => {
  test.each([
    ["tls", tls],
    ["wss", wss],
  ])("%s says what to do about the certificate", async (_, make) => {
    const { url } = await served(make(certificate), LOOPBACK);
    await fails(make().dial(url), "ERR_UNTRUSTED", "option ca");
    await fails(make({ ca: pem("other-ca") }).dial(url), "ERR_UNTRUSTED", "option ca");
    await fails(make({ ca: pem("ca"), servername: "example.com" }).dial(url), "ERR_UNTRUSTED", "option servername");
    await fails(make().serve(new URL(LOOPBACK)), "ERR_OPTION_INVALID", "cert and key");
    for (const wrong of [
      { ca: "x" },
      { cert: "x" },
      { key: "x" },
      { cert: pem("server"), key: pem("client-key") },
      { servername: "" },
    ]) {
      expect(() => make(wrong)).toThrow(optionError(Object.keys(wrong)[0]));
    }
  });

  test("ssh says what to do about the host key and the login", async () => {
    const { url } = await served(over(muxes.ssh, tcp()), LOOPBACK);
    const dial = (options: object) => over(ssh({ handshakeTimeout, ...options }), tcp()).connect(url);
    await fails(dial({ ...login, hostKey: undefined }), "ERR_UNTRUSTED", "Set hostKey");
    await fails(dial({ ...login, hostKey: generateKeys().fingerprint }), "ERR_UNTRUSTED", "expected SHA256:");
    await fails(dial({ ...login, hostKey: "nonsense" }), "ERR_OPTION_INVALID", "SHA256:");
    await fails(dial({ ...login, password: "wrong" }), "ERR_AUTH_FAILED", "password");
    await fails(dial({ ...login, username: "nobody" }), "ERR_AUTH_FAILED", "username");
    await fails(dial({ ...login, password: undefined }), "ERR_OPTION_INVALID", "password");
    await fails(dial({ ...login, privateKey: "garbage" }), "ERR_OPTION_INVALID", "privateKey");
  });
});

describe.each(Object.entries(muxes))("a session of %s", (_, mux) => {
  async function pair(): Promise<[StreamProvider, StreamProvider]> {
    const backend = over(mux, memory());
    const server = await served(backend, "memory://x");
    const near = await backend.connect(server.url);
    const far = await server.accept();
    if (far === null) throw new Error("no session");
    onTestFinished(async () => void (await Promise.all([near.close(), far.close()])));
    far.listen(() => {});
    return [near, far];
  }

  test("refuses headers that are too large or wrong", async () => {
    const [session] = await pair();
    await fails(session.newStream({ a: "x".repeat(20_000) }), "ERR_HEADERS_TOO_LARGE", "in the stream instead");
    await fails(session.newStream({ a: "x".repeat(70_000) }), "ERR_HEADERS_TOO_LARGE", "in the stream instead");
    const many = Array.from({ length: 129 }, (_, at): [string, string] => [`name-${at}`, ""]);
    await fails(session.newStream(many), "ERR_HEADERS_TOO_LARGE", "128");
    await fails(session.newStream({ "a b": "" }), "ERR_HEADERS_INVALID", "tokens");
    await fails(session.newStream({ a: "€" }), "ERR_HEADERS_INVALID", "encodeURIComponent");
  });

  test("refuses what comes after its end", async () => {
    const [near, far] = await pair();
    const stream = await near.newStream();
    await stream.close();
    await fails(stream.write(Uint8Array.of(1)), "ERR_CLOSED", "close()");
    expect(() => far.listen()).toThrow(expect.objectContaining({ code: "ERR_LISTENING" }));
    const drained = near.shutdown();
    await fails(near.newStream(), "ERR_SESSION_DRAINING", "new");
    stream.reset();
    await fails(stream.write(Uint8Array.of(1)), "ERR_RESET", "by this end");
    await drained;
    await fails(near.newStream(), "ERR_SESSION_CLOSED", "closed");
    await fails(near.ping(), "ERR_SESSION_CLOSED", "closed");
    await far.closed;
    await fails(far.newStream(), "ERR_SESSION_CLOSED", "closed");
  });
});

describe("a child process", () => {
  test.each([
    [{}, "ERR_OPTION_INVALID", "command is missing"],
    [{ command: "/no/such/program" }, "ERR_CHILD_FAILED", "check that the command"],
    [{ command: tmpdir() }, "ERR_CHILD_FAILED", "check that the command"],
    [{ command: "a\0b" }, "ERR_CHILD_FAILED", "null bytes"],
    [{ command: process.execPath, cwd: "/no/such/directory" }, "ERR_CHILD_FAILED", "cwd"],
  ])("of %o cannot start", async (options, code, advice) => {
    await fails(stdio(options).dial(new URL("x:")), code, advice);
  });

  test("that fails says how, and its last words", async () => {
    const args = ["-e", "console.error('no such plugin'); process.exitCode = 3"];
    const conn = await stdio({ command: process.execPath, args, stderr: "ignore" }).dial(new URL("x:"));
    await fails(conn.read(), "ERR_CHILD_FAILED", "exited with code 3; the end of its stderr: no such plugin");
  });

  test("that speaks something else is named", async () => {
    const transport = stdio({ command: "echo", args: ["usage: something"], stderr: "ignore" });
    await fails(over(muxes.native, transport).connect(new URL("x:")), "ERR_WRONG_PROTOCOL", "usage: something");
  });
});

describe("the path of a Unix socket", () => {
  const folder = mkdtempSync(join(tmpdir(), "streams-bad-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (name: string): URL => new URL(`x://${join(folder, name)}`);

  test("is refused while a server lives there, and given again when it is dead", async () => {
    await served(unix(), at("live").href);
    await fails(unix().serve(at("live")), "ERR_ADDRESS_IN_USE", "a server listens there");
    const script = `require("net").createServer().listen(${JSON.stringify(join(folder, "dead"))}, () => console.log())`;
    const dying = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(dying.stdout, "data");
    dying.kill("SIGKILL");
    await once(dying, "exit");
    await fails(unix().dial(at("dead")), "ERR_UNREACHABLE", "check that a server listens");
    const { url } = await served(unix(), at("dead").href);
    (await unix().dial(url)).reset();
  });

  test("must be no file, and in a directory that exists", async () => {
    writeFileSync(at("file").pathname, "precious");
    await fails(unix().serve(at("file")), "ERR_ADDRESS_IN_USE", "no socket is there");
    await fails(unix().dial(at("file")), "ERR_UNREACHABLE", "check that a server listens");
    expect(readFileSync(at("file").pathname, "utf8")).toBe("precious");
    await fails(unix().serve(at("no/socket")), "ERR_OPTION_INVALID", "directory that exists");
  });
});

/** Every package's sources of options, and what takes them. */
const takers: readonly (readonly [string, readonly string[], (options: object) => unknown])[] = [
  ["native", ["mux-engine/src/options.ts"], native],
  ["http2", ["mux-http2/src/options.ts"], http2],
  ["ssh", ["mux-ssh/src/options.ts"], ssh],
  ["tcp", ["transport-tcp/src/options.ts"], tcp],
  ["tls", ["transport-tcp/src/options.ts", "transport-tcp/src/tls.ts"], tls],
  ["unix", ["transport-tcp/src/options.ts"], unix],
  ["ws", ["transport-websocket/src/options.ts"], ws],
  ["wss", ["transport-websocket/src/options.ts"], wss],
  ["stdio", ["transport-stdio/src/index.ts"], stdio],
  ["memory", ["streams-core/src/memory.ts"], memory],
  ["memoryPair", ["streams-core/src/memory.ts"], memoryPair],
  ["fromDuplex", ["streams-core/src/node/from-duplex.ts"], (options) => fromDuplex(new PassThrough(), options)],
  ["toDuplex", ["streams-core/src/node/to-duplex.ts"], (options) => toDuplex(memoryPair()[0], options)],
  ["fromWeb", ["streams-core/src/web/from-web.ts"], (options) => fromWeb(toWeb(memoryPair()[0]), options)],
];

test.each(takers)("no option of %s that is a number may be zero, negative or NaN", (_, sources, take) => {
  const options = sources.flatMap((path) => {
    const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    return [...source.matchAll(/^ {2}readonly (\w+)\?: number(?: \| false(?: \| undefined)?)?;/gm)].map(
      ([, name = ""]) => name,
    );
  });
  expect(options).not.toHaveLength(0);
  for (const option of options) {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, "7"]) {
      expect(() => take({ [option]: value }), `${option}: ${value}`).toThrow(optionError(option));
    }
  }
});

test.each([
  ["tls alpn", () => tls({ alpn: [""] })],
  ["tls alpn", () => tls({ alpn: [] })],
  ["ws protocols", () => ws({ protocols: ["a b"] })],
  ["ws protocols", () => ws({ protocols: ["a", "a"] })],
  ["ws origins", () => ws({ origins: ["app.example.com"] })],
  ["ws origins", () => ws({ origins: ["https://example.com/"] })],
  ["ws hosts", () => ws({ hosts: [""] })],
])("option %s is checked", (name, make) => {
  expect(make).toThrow(optionError(name.split(" ")[1]));
});

test("nothing of all this is left open", async () => {
  await expect.poll(open, { timeout: 5000 }).toEqual(before);
});

function optionError(option: string | undefined): unknown {
  return expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining(option ?? "") });
}

async function failure(work: Promise<unknown>): Promise<StreamsError> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (isStreamsError(error)) return error;
  throw error;
}

async function fails(work: Promise<unknown>, code: ErrorCode | string, advice: string): Promise<void> {
  const error = await failure(work);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(advice)]);
}

async function served<T>(transport: { serve(url: URL): Promise<Server<T>> }, url: string): Promise<Server<T>> {
  const server = await transport.serve(new URL(url));
  onTestFinished(() => server.close());
  return server;
}

/** A TCP server that does this to whoever connects. Returns its port. */
async function peer(greet: (socket: Socket) => void): Promise<number> {
  const met = new Set<Socket>();
  const server = createServer((socket) => {
    met.add(socket.on("error", () => {}).resume());
    greet(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of met) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

async function httpPeer(): Promise<number> {
  const server = createHttpServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A port whose backlog is full and whose process is stopped: what connects gets no answer at all. */
async function blackHole(): Promise<{ port: number; end(): Promise<void> }> {
  const script = `const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data");
  child.kill("SIGSTOP");
  const filling = Array.from({ length: 4 }, () => connectSocket(Number(port), "127.0.0.1").on("error", () => {}));
  await Promise.all(filling.slice(0, 2).map((socket) => once(socket, "connect")));
  return {
    port: Number(port),
    async end() {
      for (const socket of filling) socket.destroy();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** What keeps this process alive, beyond what the runner has open. */
function open(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|TLS|Pipe|Process|Server/.test(name))
    .sort();
}
