import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { chmod, lstat, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { type UnixOptions, unix } from "transport-tcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { failure } from "./failures.js";
import { pairOver, temporaryDirectory } from "./pairs.js";

const directory = temporaryDirectory();
let files = 0;
const newPath = (): string => join(directory, `${files++}.sock`);
const urlOf = (path: string): URL => new URL(`x+unix://${encodeURI(path)}`);

describe("the socket file", () => {
  test("is its owner's alone and is removed on close", async () => {
    const path = newPath();
    const server = await unix().serve(urlOf(path));
    expect(lstatSync(path).isSocket()).toBe(true);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).filter((name) => name.startsWith(".s"))).toEqual([]);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test("with a live server is ERR_ADDRESS_IN_USE, and stays that server's", async () => {
    const path = newPath();
    const server = await unix().serve(urlOf(path));
    const error = await failure(unix().serve(urlOf(path)));
    expect([error.code, error.message]).toEqual(["ERR_ADDRESS_IN_USE", expect.stringContaining(path)]);
    const conn = await unix().dial(urlOf(path));
    conn.reset();
    await server.close();
  });

  test("that a killed server left is replaced", async () => {
    const path = newPath();
    await leaveSocket(path);
    expect(lstatSync(path).isSocket()).toBe(true);
    expect((await failure(unix().dial(urlOf(path)))).code).toBe("ERR_UNREACHABLE");
    const { dispose } = await pairOver(unix(), urlOf(path).href);
    await dispose();
  });

  test("is not taken when it is no socket", async () => {
    const path = newPath();
    writeFileSync(path, "precious");
    const error = await failure(unix().serve(urlOf(path)));
    expect([error.code, error.message]).toEqual(["ERR_ADDRESS_IN_USE", expect.stringContaining("no socket")]);
    expect((await lstat(path)).isFile()).toBe(true);
  });

  test("of a server that took it over is not removed by the one before", async () => {
    const path = newPath();
    const first = await unix().serve(urlOf(path));
    await rename(path, `${path}.old`);
    const second = await unix().serve(urlOf(path));
    await first.close();
    const conn = await unix().dial(urlOf(path));
    conn.reset();
    await second.close();
  });

  test("only one of many servers that start at once gets it", async () => {
    const path = newPath();
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map(() => unix().serve(urlOf(path))));
    const servers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(servers).toHaveLength(1);
    const conn = await unix().dial(urlOf(path));
    conn.reset();
    await servers[0]?.close();
  });

  test("may have spaces and umlauts in its name", async () => {
    const { dispose } = await pairOver(unix(), urlOf(join(directory, "ein Töpfchen")).href);
    expect(existsSync(join(directory, "ein Töpfchen"))).toBe(true);
    await dispose();
  });

  test("in a directory that does not exist, or that may not be written to, is ERR_OPTION_INVALID", async () => {
    const error = await failure(unix().serve(urlOf(join(directory, "missing", "x.sock"))));
    expect([error.code, error.message]).toEqual(["ERR_OPTION_INVALID", expect.stringContaining("directory")]);
    if (process.getuid?.() === 0) return;
    const closed = join(directory, "closed");
    await mkdir(closed);
    await chmod(closed, 0o500);
    expect((await failure(unix().serve(urlOf(join(closed, "x.sock"))))).code).toBe("ERR_OPTION_INVALID");
  });
});

describe("URLs", () => {
  test.each(["x+unix://host/path", "x+unix:///", "x+unix:///dir/", "x+unix:", "x+unix:///a%00b", "x+unix:///a%ff"])(
    "%s is refused",
    async (url) => {
      for (const work of [unix().dial(new URL(url)), unix().serve(new URL(url))]) {
        const error = await failure(work);
        expect([error.code, error.message]).toEqual([
          "ERR_OPTION_INVALID",
          expect.stringContaining("x+unix:///run/app.sock"),
        ]);
      }
    },
  );

  test("a path longer than the system takes is refused, not cut", async () => {
    const url = urlOf(join(directory, "x".repeat(120)));
    for (const work of [unix().dial(url), unix().serve(url)]) {
      expect((await failure(work)).message).toContain("longer than");
    }
  });
});

test("a path where nothing listens is ERR_UNREACHABLE and names it", async () => {
  const path = newPath();
  const error = await failure(unix().dial(urlOf(path)));
  expect([error.code, error.message]).toEqual(["ERR_UNREACHABLE", expect.stringContaining(path)]);
});

test("a peer that was killed is no clean end", async () => {
  const path = newPath();
  const server = await unix().serve(urlOf(path));
  onTestFinished(() => server.close());
  const child = spawn(process.execPath, ["-e", `require("node:net").connect(${JSON.stringify(path)}).write("hello")`]);
  const conn = await server.accept();
  expect((await conn?.read())?.byteLength).toBe(5);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await failure(conn?.read() ?? Promise.resolve())).code).toBe("ERR_TRANSPORT_LOST");
});

test.each([{ connectTimeout: 0 }, { highWaterMark: Number.NaN }])("%o is refused", (options: UnixOptions) => {
  expect(() => unix(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
});

/** Leaves a socket file as a server does that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const code = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
  const child = spawn(process.execPath, ["-e", code]);
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
}
