// curl and nghttp, as Debian packages them, reach a listener. CI installs them; where they are missing otherwise, it shows as skipped.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Listener, StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { http2 } from "../src/index.js";
import { text } from "./pairs.js";

let server: Server;
let url: string;
let serve: (session: StreamProvider) => void;
const sessions: StreamProvider[] = [];

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const session = http2()(fromDuplex(socket), "server");
    sessions.push(session);
    serve(session);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  server.close();
});

async function echo(listener: Listener): Promise<void> {
  for await (const stream of listener) {
    void (async () => {
      for await (const chunk of stream) await stream.write(chunk);
      await stream.close();
    })().catch(() => {});
  }
}

async function run(program: string, flags: string[], input = ""): Promise<{ out: string; err: string; code: number }> {
  const child: ChildProcess = spawn(program, flags, { stdio: "pipe" });
  const read = async (from: NodeJS.ReadableStream | null): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of from ?? []) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  };
  child.stdin?.end(input);
  const [out, err, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, "close")]);
  return { out, err, code };
}

/** Where CI is set, a missing program is a failure. */
function absent(program: string): boolean {
  return process.env.CI === undefined && spawnSync(program, ["--version"]).error !== undefined;
}

const withCurl = test.skipIf(absent("curl"));
const withNghttp = test.skipIf(absent("nghttp"));

const CURL = ["--http2-prior-knowledge", "--no-progress-meter", "--no-buffer", "--max-time", "10"];

withCurl("curl streams a body into a listener and reads what comes back", async () => {
  serve = (session) => void echo(session.listen());
  const input = "all of this comes back\n".repeat(20_000);
  const { out, err, code } = await run("curl", [...CURL, "-X", "POST", "-T", ".", `${url}/streams`], input);
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toBe(input);
});

withCurl("curl's GET is a stream whose opener has ended, with its path in the headers", async () => {
  serve = (session) => {
    const listener = session.listen(() => ({ accept: true, headers: { "x-answer": "42" } }));
    void (async () => {
      const stream = await listener.accept();
      if (stream === null) return;
      const asked = `${stream.headers.get("streams-method")} ${stream.headers.get("streams-path")}`;
      await stream.write(Buffer.from(`${asked}, and sent ${(await text(stream)).length} bytes`));
      await stream.close();
    })();
  };
  const { out, code } = await run("curl", [...CURL, "--include", `${url}/some/where`]);
  expect(code).toBe(0);
  expect(out).toContain("HTTP/2 200");
  expect(out).toContain("x-answer: 42");
  expect(out).toContain("GET /some/where, and sent 0 bytes");
});

withCurl("curl is told that it is refused", async () => {
  serve = (session) => void session.listen(() => ({ accept: false, headers: { why: "closed on Fridays" } }));
  const { out } = await run("curl", [...CURL, "--include", "--data-binary", "@-", url], "a body");
  expect(out).toContain("HTTP/2 403");
  expect(out).toContain("why: closed on Fridays");
});

withCurl("curl sees a reset as an error, and not as the end", async () => {
  serve = (session) => {
    const listener = session.listen();
    void (async () => {
      const stream = await listener.accept();
      await stream?.write(Buffer.from("half of"));
      await session.ping();
      stream?.reset(2);
    })();
  };
  const { code, err } = await run("curl", [...CURL, "--data-binary", "x", url]);
  expect(code).not.toBe(0);
  expect(err).toContain("INTERNAL_ERROR");
});

withNghttp("nghttp sends a body and gets it back, and is told how many streams it may open", async () => {
  serve = (session) => void echo(session.listen());
  const folder = await mkdtemp(join(tmpdir(), "mux-http2-"));
  const body = join(folder, "body");
  await writeFile(body, "there and back");
  const { out, code } = await run("nghttp", ["--timeout=10", "--verbose", `--data=${body}`, `${url}/streams`]);
  await rm(folder, { recursive: true });
  expect(code).toBe(0);
  expect(out).toContain(":status: 200");
  expect(out).toContain("there and back");
  expect(out).toContain("MAX_CONCURRENT_STREAMS(0x03):1000");
});
