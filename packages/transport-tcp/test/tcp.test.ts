import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type TcpOptions, tcp, tls, unix } from "transport-tcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { failure } from "./failures.js";
import { pairOver } from "./pairs.js";

describe("dial", () => {
  test("nothing listens: ERR_UNREACHABLE names the address and says what to do", async () => {
    const port = await freePort();
    const error = await failure(tcp().dial(new URL(`x+tcp://127.0.0.1:${port}`)));
    expect(error.code).toBe("ERR_UNREACHABLE");
    expect(error.message).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} .*ECONNREFUSED.*check that a server listens`));
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("an unknown host is ERR_UNREACHABLE", async () => {
    const error = await failure(tcp().dial(new URL("x+tcp://no-such-host.invalid:7000")));
    expect([error.code, error.message]).toEqual([
      "ERR_UNREACHABLE",
      expect.stringContaining("no-such-host.invalid:7000"),
    ]);
  });

  test("no answer within connectTimeout is ERR_UNREACHABLE", async () => {
    const port = await silentPort();
    const error = await failure(tcp({ connectTimeout: 50 }).dial(new URL(`x+tcp://127.0.0.1:${port}`)));
    expect([error.code, error.message]).toEqual(["ERR_UNREACHABLE", expect.stringContaining("no answer within 50 ms")]);
  });

  test("an aborted dial rejects with the signal's reason", async () => {
    const url = new URL(`x+tcp://127.0.0.1:${await silentPort()}`);
    await expect(tcp().dial(url, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
    const aborted = new AbortController();
    const dialling = tcp().dial(url, { signal: aborted.signal });
    await nextTurn();
    aborted.abort("while it waits");
    await expect(dialling).rejects.toBe("while it waits");
  });

  test.each([
    ["x+tcp://127.0.0.1", "no port"],
    ["x+tcp://127.0.0.1:0", "no port"],
    ["x+tcp:///path", "no host"],
    ["x+tcp:", "no host"],
  ])("%s has %s", async (url, missing) => {
    const error = await failure(tcp().dial(new URL(url)));
    expect(error.code).toBe("ERR_OPTION_INVALID");
    expect(error.message).toMatch(new RegExp(`names ${missing} .*write it like x\\+tcp://127\\.0\\.0\\.1:7000`));
  });

  test("the ports that URL leaves out are known", async () => {
    const error = await failure(tcp({ connectTimeout: 1000 }).dial(new URL("http://127.0.0.1:80")));
    expect(error.message).toContain("127.0.0.1:80 ");
  });
});

describe("serve", () => {
  test("port 0 is a free one, which the server's URL names beside all that was asked for", async () => {
    const server = await tcp().serve(new URL("x+tcp://localhost:0/path?query"));
    onTestFinished(() => server.close());
    expect(server.url.href).toMatch(/^x\+tcp:\/\/localhost:[1-9]\d*\/path\?query$/);
  });

  test.each(["x+tcp:", "x+tcp:///"])("%s listens on loopback", async (url) => {
    const server = await tcp().serve(new URL(url));
    onTestFinished(() => server.close());
    expect(server.url.hostname).toBe("127.0.0.1");
    const conn = await tcp().dial(server.url);
    conn.reset();
  });

  test("an IPv6 address stands in brackets", async () => {
    const { near, far, dispose } = await pairOver(tcp(), "x+tcp://[::1]:0");
    await near.write(Buffer.from("six"));
    expect(String(await far.read())).toMatch(/six|115,105,120/);
    await dispose();
    const error = await failure(tcp().dial(new URL(`x+tcp://[::1]:${await freePort()}`)));
    expect(error.message).toContain("[::1]:");
  });

  test("a port in use is ERR_ADDRESS_IN_USE", async () => {
    const first = await tcp().serve(new URL("x+tcp://127.0.0.1:0"));
    onTestFinished(() => first.close());
    const error = await failure(tcp().serve(first.url));
    expect([error.code, error.message]).toEqual(["ERR_ADDRESS_IN_USE", expect.stringContaining(first.url.host)]);
  });

  test("an address that is not this machine's is ERR_OPTION_INVALID", async () => {
    const error = await failure(tcp().serve(new URL("x+tcp://192.0.2.1:0")));
    expect([error.code, error.message]).toEqual(["ERR_OPTION_INVALID", expect.stringContaining("192.0.2.1:0")]);
  });

  test("close stops listening, resets what nobody took, and leaves what was accepted", async () => {
    const server = await tcp().serve(new URL("x+tcp://127.0.0.1:0"));
    const taken = await tcp().dial(server.url);
    const accepted = await server.accept();
    const waiting = await tcp().dial(server.url);
    await nextTurn();
    await server.close();
    expect(await server.accept()).toBeNull();
    expect((await failure(tcp().dial(server.url))).code).toBe("ERR_UNREACHABLE");
    expect((await failure(waiting.read())).code).toBe("ERR_TRANSPORT_LOST");
    await accepted?.write(Buffer.from("lives"));
    expect((await taken.read())?.byteLength).toBe(5);
    taken.reset();
    accepted?.reset();
  });

  test("an aborted serve rejects with the signal's reason", async () => {
    const serving = tcp().serve(new URL("x+tcp://127.0.0.1:0"), { signal: AbortSignal.abort("no") });
    await expect(serving).rejects.toBe("no");
  });
});

describe("options", () => {
  test.each([
    { connectTimeout: 0 },
    { connectTimeout: -1 },
    { connectTimeout: Number.NaN },
    { highWaterMark: 0 },
    { highWaterMark: -5 },
    { highWaterMark: Number.NaN },
  ])("%o is refused", (options: TcpOptions) => {
    expect(() => tcp(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** A port whose server has stopped taking connections: its backlog is full and it never looks at it. */
async function silentPort(): Promise<number> {
  const worker = new Worker(
    `const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       require("node:worker_threads").parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  const [port]: number[] = await once(worker, "message");
  const fill = [1, 2, 3, 4].map(() => connect({ port: port ?? 0, host: "127.0.0.1" }).on("error", () => {}));
  await Promise.race(fill.map((socket) => once(socket, "connect")));
  await nextTurn();
  onTestFinished(async () => {
    for (const socket of fill) socket.destroy();
    await worker.terminate();
  });
  return port ?? 0;
}

test("a call whose failure nobody looks at ends nothing", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  for (const transport of [tcp(), tls(), unix()]) {
    void transport.dial(new URL("x://"));
    void transport.serve(new URL("x://256.0.0.1:1/"));
  }
  await failure(tcp().serve(new URL("x://256.0.0.1:1/")));
  await new Promise(setImmediate);
  expect(unhandled).toEqual([]);
});
