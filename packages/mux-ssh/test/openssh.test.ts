// Stock OpenSSH on the other end: its client against our server, its server against our client.
// CI installs OpenSSH; where it is missing otherwise, that shows as skipped.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Stream, StreamHandler, StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fingerprint, type SshOptions, ssh } from "../src/index.js";

const dir = mkdtempSync(join(tmpdir(), "mux-ssh-"));
const path = (name: string): string => join(dir, name);
const read = (name: string): string => readFileSync(path(name), "utf8");
const cleanUp: (() => unknown)[] = [];
const children = new Set<ChildProcess>();

const PLACES = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
/** Where CI is set, a missing program is a failure. */
const absent =
  process.env.CI === undefined &&
  ["ssh", "sshd", "ssh-keygen"].some((program) => !PLACES.some((place) => existsSync(join(place, program))));

beforeAll(() => {
  if (absent) return;
  for (const name of ["host", "user"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(name)]);
  }
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  for (const end of cleanUp.splice(0).reverse()) await end();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(absent)("our server and OpenSSH's client", () => {
  test("ssh -W opens a stream whose headers say where it leads, and half-closes both ways", async () => {
    const { port, sessions } = await ourServer(echo);
    const client = openssh(port, ["-W", "somewhere.example:4321"]);
    client.stdin?.end("through the tunnel");
    expect(await text(client.stdout as NodeJS.ReadableStream)).toBe("through the tunnel");
    expect(await exitCode(client)).toBe(0);
    expect(headersSeen).toMatchObject({
      "channel-type": "direct-tcpip",
      "dest-host": "somewhere.example",
      "dest-port": "4321",
      "origin-host": "127.0.0.1",
    });
    const [session] = sessions;
    expect(session?.features).toMatchObject({
      headers: "none",
      opens: "client",
      resetCode: false,
      ping: false,
      drain: false,
    });
    await expect(session?.closed).resolves.toMatchObject({ remote: true });
  });

  test("ssh -L carries many connections, each a stream, with 1 MiB both ways", async () => {
    const { port } = await ourServer(echo);
    const local = await freePort();
    await forwarding(
      openssh(port, ["-N", "-v", "-o", "RekeyLimit=1M", "-L", `${local}:target.example:80`]),
      /Local forwarding listening/,
    );
    const bytes = Buffer.alloc(1024 * 1024, "streams ");
    const echoes = await Promise.all(Array.from({ length: 8 }, () => roundTrip(local, bytes)));
    for (const echoed of echoes) expect(echoed.equals(bytes)).toBe(true);
  });

  test("ssh -R gives the server streams to open, which lead to the client's side", async () => {
    const target = await echoServer();
    const { port, sessions } = await ourServer(echo);
    await forwarding(openssh(port, ["-N", "-v", "-R", `7777:127.0.0.1:${target}`]), /remote forward success/);
    const [session] = sessions;
    const stream = await session?.newStream();
    await stream?.write(Buffer.from("from the server"));
    await stream?.close();
    expect(await all(stream)).toBe("from the server");
    const named = await session?.newStream({ "bind-host": "localhost", "bind-port": "7777" });
    await named?.close();
    expect(await all(named)).toBe("");
    const elsewhere = await session?.newStream({ "bind-host": "localhost", "bind-port": "7778" });
    await expect(elsewhere?.opened).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
  });

  test("ssh host command is a stream with the command and the environment, and ends with status 0", async () => {
    const { port } = await ourServer(echo);
    const client = openssh(port, ["-o", "SetEnv=LANG=de", "-T"], "say hello");
    client.stdin?.end("input");
    expect(await text(client.stdout as NodeJS.ReadableStream)).toBe("input");
    expect(await exitCode(client)).toBe(0);
    expect(headersSeen).toEqual({ "channel-type": "session", request: "exec", command: "say hello", "env.lang": "de" });
  });

  test("a subsystem is a stream with its name", async () => {
    const { port } = await ourServer(echo);
    const client = openssh(port, ["-T", "-s"], "mine");
    client.stdin?.end("sub");
    expect(await text(client.stdout as NodeJS.ReadableStream)).toBe("sub");
    expect(headersSeen).toMatchObject({ "channel-type": "session", request: "subsystem", subsystem: "mine" });
  });

  test("a refused command and a reset one end with status 1", async () => {
    const refusing = await ourServer(undefined, () => ({ accept: false }));
    const refused = openssh(refusing.port, ["-T"], "anything");
    expect(await exitCode(refused)).toBe(1);
    const resetting = await ourServer(async (stream) => stream.reset());
    const reset = openssh(resetting.port, ["-T"], "anything");
    expect(await exitCode(reset)).toBe(1);
  });

  test("a refused stream is a refused channel", async () => {
    const { port } = await ourServer(undefined, () => ({ accept: false }));
    const client = openssh(port, ["-W", "somewhere.example:1"]);
    client.stdin?.end();
    expect(await text(client.stderr as NodeJS.ReadableStream)).toContain("open failed");
    expect(await exitCode(client)).not.toBe(0);
  });

  test("a key that is not allowed gets in nowhere, and the session says so", async () => {
    const { port, failures } = await ourServer(echo, undefined, { users: { [USER]: { password: "x" } } });
    const client = openssh(port, ["-W", "somewhere.example:1"]);
    expect(await text(client.stderr as NodeJS.ReadableStream)).toContain("Permission denied");
    await exitCode(client);
    expect((await Promise.all(failures))[0]).toMatchObject({ code: "ERR_AUTH_FAILED" });
  });
});

describe.skipIf(absent)("our client and OpenSSH's server", () => {
  test("a stream with dest-host and dest-port leads there", async () => {
    const session = await ourClient(await sshd());
    const stream = await session.newStream({ "dest-host": "127.0.0.1", "dest-port": String(await echoServer()) });
    const bytes = Buffer.alloc(3 * 1024 * 1024, "abcdefg");
    const sent = stream.write(bytes).then(() => stream.close());
    expect((await all(stream)) === bytes.toString()).toBe(true);
    await sent;
    await stream.closed;
    expect(session.features).toMatchObject({
      headers: "none",
      ping: false,
      resetCode: false,
      drain: false,
      opens: "client",
    });
    await session.shutdown();
  });

  test("a stream that leads nowhere is refused", async () => {
    const session = await ourClient(await sshd());
    const stream = await session.newStream({ "dest-host": "127.0.0.1", "dest-port": String(await freePort()) });
    await expect(stream.opened).rejects.toMatchObject({
      code: "ERR_REFUSED",
      remote: true,
      retryable: true,
      resetCode: 2,
    });
    const nowhere = await session.newStream({ hello: "world" });
    await expect(nowhere.opened).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: expect.stringContaining("dest-host"),
    });
  });

  test("forward makes the server listen, and its connections are inbound streams", async () => {
    let granted = 0;
    const session = await ourClient(await sshd(), {
      forward: [
        {
          host: "127.0.0.1",
          port: 0,
          granted: (port) => {
            granted = port;
          },
        },
      ],
    });
    expect(session.features.opens).toBe("both");
    const listener = session.listen();
    const answered = roundTrip(granted, Buffer.from("hi"));
    const stream = await listener.accept();
    expect(stream?.headers.get("channel-type")).toBe("forwarded-tcpip");
    expect(stream?.headers.get("bind-port")).toBe(String(granted));
    if (stream !== null) await echo(stream);
    expect((await answered).toString()).toBe("hi");
  });

  test("a command is a stream", async () => {
    const session = await ourClient(await sshd());
    const stream = await session.newStream({ command: "tr a-z A-Z" });
    await stream.write(Buffer.from("loud"));
    await stream.close();
    expect(await all(stream)).toBe("LOUD");
  });

  test("a host key from known_hosts is trusted, another one is not", async () => {
    const port = await sshd();
    const key = read("host.pub").split(" ").slice(0, 2).join(" ");
    await ourClient(port, { hostKey: { knownHosts: `[127.0.0.1]:${port} ${key}`, host: "127.0.0.1", port } });
    const other = ourClient(port, { hostKey: fingerprint(read("user.pub")) });
    await expect(other).rejects.toMatchObject({ code: "ERR_UNTRUSTED", message: expect.stringContaining("SHA256:") });
  });

  test("an address that the server cannot listen on is ERR_UNSUPPORTED", async () => {
    const session = ourClient(await sshd("AllowTcpForwarding no"), { forward: [{ host: "127.0.0.1", port: 4321 }] });
    await expect(session).rejects.toMatchObject({ code: "ERR_UNSUPPORTED", message: expect.stringContaining("4321") });
  });

  test("a key in an agent logs in", async () => {
    const agent = path("agent");
    const child = started("ssh-agent", ["-D", "-a", agent]);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    execFileSync("ssh-add", ["-q", path("user")], { env: { ...process.env, SSH_AUTH_SOCK: agent }, stdio: "ignore" });
    const session = await ourClient(await sshd(), {}, { agent });
    await session.close();
  });

  test("a key that the server does not know is ERR_AUTH_FAILED", async () => {
    const session = ourClient(await sshd(), { privateKey: read("host") });
    await expect(session).rejects.toMatchObject({ code: "ERR_AUTH_FAILED" });
  });

  test("a server that is killed is a lost transport, not an end", async () => {
    const session = await ourClient(await sshd());
    const stream = await session.newStream({ command: "echo here; exec cat" });
    expect(Buffer.from((await stream.read()) ?? []).toString()).toBe("here\n");
    // The parent of a command is the process that serves this connection.
    await session.newStream({ command: "kill -9 $PPID" });
    await expect(stream.read()).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await expect(session.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
  });
});

const USER = "alice";
let headersSeen: Record<string, string> = {};

async function echo(stream: Stream): Promise<void> {
  headersSeen = Object.fromEntries(stream.headers);
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}

interface OurServer {
  readonly port: number;
  readonly sessions: StreamProvider[];
  readonly failures: Promise<unknown>[];
}

async function ourServer(
  serve: ((stream: Stream) => Promise<void>) | undefined,
  handler?: StreamHandler,
  options?: SshOptions,
): Promise<OurServer> {
  const users = { [USER]: { publicKeys: [read("user.pub")] } };
  const mux = ssh({ hostKeys: [read("host")], users, ...options });
  const sessions: StreamProvider[] = [];
  const failures: Promise<unknown>[] = [];
  const port = await listening(
    createServer({ allowHalfOpen: true }, (socket) => {
      const session = mux(fromDuplex(socket), "server");
      sessions.push(session);
      cleanUp.push(() => session.close());
      failures.push(session.ready.catch((error: unknown) => error));
      void (async () => {
        for await (const stream of session.listen(handler)) serve?.(stream).catch(() => {});
      })();
    }),
  );
  return { port, sessions, failures };
}

/** OpenSSH's client, with nothing of this machine's configuration. */
function openssh(port: number, args: string[], command?: string): ChildProcess {
  const options = [
    "StrictHostKeyChecking=no",
    `UserKnownHostsFile=${path("known")}`,
    "IdentitiesOnly=yes",
    "BatchMode=yes",
  ];
  const common = [
    "-F",
    "none",
    "-p",
    String(port),
    "-l",
    USER,
    "-i",
    path("user"),
    ...options.flatMap((o) => ["-o", o]),
  ];
  return started("ssh", [...common, ...args, "127.0.0.1", ...(command === undefined ? [] : [command])]);
}

function started(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: "pipe" });
  children.add(child);
  return child;
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

/** Waits until the client says on stderr that its forward stands. */
async function forwarding(client: ChildProcess, sign: RegExp): Promise<void> {
  let said = "";
  for await (const chunk of client.stderr ?? []) {
    said += String(chunk);
    // Both ends are ready once the client has entered its session.
    if (sign.test(said) && /Entering interactive session|remote forward success/.test(said)) break;
  }
  expect(said).toMatch(sign);
  client.stderr?.resume();
}

/** OpenSSH's server as an ordinary process, with a configuration of its own. */
async function sshd(...settings: string[]): Promise<number> {
  // As root it insists on this directory.
  if (process.getuid?.() === 0 && !existsSync("/run/sshd")) {
    mkdirSync("/run/sshd", { mode: 0o755 });
    cleanUp.push(() => rmdirSync("/run/sshd"));
  }
  const port = await freePort();
  writeFileSync(path("authorized"), read("user.pub"));
  chmodSync(path("host"), 0o600);
  const config = [
    `HostKey ${path("host")}`,
    `AuthorizedKeysFile ${path("authorized")}`,
    // New keys again and again, as a long session has.
    "RekeyLimit 1M",
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    `PidFile ${path("pid")}`,
    "ListenAddress 127.0.0.1",
    ...settings,
  ];
  writeFileSync(path("config"), config.join("\n"));
  const binary = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find((file) => existsSync(file)) ?? "sshd";
  const server = started(binary, ["-f", path("config"), "-D", "-e", "-p", String(port)]);
  let said = "";
  for await (const chunk of server.stderr ?? []) {
    said += String(chunk);
    if (said.includes("Server listening")) break;
  }
  expect(said).toContain("Server listening");
  server.stderr?.resume();
  return port;
}

async function ourClient(port: number, options?: SshOptions, credentials = userKey()): Promise<StreamProvider> {
  const socket = dial({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  const hostKey = fingerprint(read("host.pub"));
  const mux = ssh({ username: userInfo().username, hostKey, ...credentials, ...options });
  const session = mux(fromDuplex(socket), "client");
  cleanUp.push(() => session.close());
  await session.ready;
  return session;
}

function userKey(): SshOptions {
  return { privateKey: read("user") };
}

function echoServer(): Promise<number> {
  return listening(createServer({ allowHalfOpen: true }, (socket) => void socket.on("error", () => {}).pipe(socket)));
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  cleanUp.pop();
  server.close();
  await once(server, "close");
  return port;
}

async function roundTrip(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = dial({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function all(stream: Stream | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
