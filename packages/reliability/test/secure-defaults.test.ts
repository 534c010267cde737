// What holds without an option: who can reach a server, who is believed, and what errors repeat. Certificates, ALPN, Origin, Host and
// the mode of Unix sockets are shown in the tests of their transports.

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { inspect } from "node:util";
import { generateKeys, type SshOptions, ssh } from "mux-ssh";
import { type Backends, connect, memory, memoryPair, over, serve } from "streams-core";
import { tcp, tls, unix } from "transport-tcp";
import { ws } from "transport-websocket";
import { afterEach, describe, expect, test } from "vitest";
import { muxOf, WIRES } from "../src/broken/wires.js";

const disposing: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposing.splice(0).reverse()) await dispose();
});

describe("a server whose URL names no host", () => {
  test.each([
    ["tcp", tcp()],
    ["tls", tls({ cert: pem("server"), key: pem("server-key") })],
  ] as const)("over %s is reached on loopback and on no other address of the machine", async (name, transport) => {
    const server = await transport.serve(new URL(`any+${name}:`));
    disposing.push(() => server.close());
    const port = Number(server.url.port);
    // Whoever listens at every address has taken the port at each of them.
    expect(await mayListen("127.0.0.1", port)).toBe(false);
    for (const address of outerAddresses()) expect(await mayListen(address, port)).toBe(true);
  });
});

describe("ssh", () => {
  const keys = generateKeys();
  const right: SshOptions = {
    username: "someone",
    password: "sesame-sesame",
    hostKey: keys.fingerprint,
    hostKeys: [keys.privateKey],
    users: { someone: { password: "sesame-sesame" } },
  };
  const without = (name: keyof SshOptions): SshOptions => ({ ...right, [name]: undefined });
  const pair = (client: SshOptions, server: SshOptions) => {
    const [near, far] = memoryPair();
    return { client: ssh(client)(near, "client"), server: ssh(server)(far, "server") };
  };

  test("a client that was not told which host key to trust connects to nobody", () => {
    expect(() => pair(without("hostKey"), right)).toThrow(expect.objectContaining({ code: "ERR_UNTRUSTED" }));
  });

  test("a client that knows another host key gives the server no password", async () => {
    const asked: unknown[] = [];
    const authenticate: SshOptions["authenticate"] = (attempt) => asked.push(attempt) > 0;
    const { client } = pair({ ...right, hostKey: generateKeys().fingerprint }, { ...without("users"), authenticate });
    await expect(client.ready).rejects.toMatchObject({ code: "ERR_UNTRUSTED" });
    expect(asked).toEqual([]);
  });

  test("a server that was not told who may log in lets nobody in", async () => {
    const attempt = async (): Promise<void> => {
      const { client } = pair(right, without("users"));
      await client.ready;
    };
    await expect(attempt()).rejects.toMatchObject({ name: "StreamsError" });
  });

  test("no error of a failed login holds the password or a private key", async () => {
    const { client, server } = pair({ ...right, password: "open-open-open" }, right);
    const errors = await Promise.all([client, server].map((end) => end.closed.catch((error: unknown) => error)));
    for (const error of errors) {
      const said = inspect(error, { depth: 9, showHidden: true });
      expect(said).toContain("ERR_");
      expect(said).not.toMatch(/sesame|open-open|PRIVATE KEY/);
    }
  });
});

describe("a name and a password in a URL", () => {
  const SECRET = "tr0ub4dor";
  const backends: Backends = {
    native: muxOf("native"),
    tcp: tcp(),
    tls: tls(),
    unix: unix(),
    ws: ws(),
    memory: memory(),
  };

  test.each([
    "native+tcp://me:tr0ub4dor@127.0.0.1",
    "native+tcp://me:tr0ub4dor@127.0.0.1:1",
    "native+tls://me:tr0ub4dor@127.0.0.1:1",
    "native+unix://me:tr0ub4dor@host/run/socket",
    "native+ws://me:tr0ub4dor@127.0.0.1:0/mux",
    "native+ws://me:tr0ub4dor@127.0.0.1:1/mux",
    "native+memory://me:tr0ub4dor@nobody",
    "other+tcp://me:tr0ub4dor@127.0.0.1:1",
  ])("are in no error of connecting to %s", async (url) => {
    const error = await connect(url, backends).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "StreamsError" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  test("are in no error of serving twice", async () => {
    const url = "native+memory://me:tr0ub4dor@somebody";
    const server = await serve(url, backends);
    disposing.push(() => server.close());
    const error = await serve(url, backends).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_ADDRESS_IN_USE" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe.each(WIRES)("%s", (wire) => {
  test("what a peer says when it closes is escaped and cut before anybody prints it", async () => {
    const backend = over(muxOf(wire), memory());
    const server = await backend.serve(new URL("memory://said"));
    disposing.push(() => server.close());
    const [client, far] = await Promise.all([backend.connect(server.url), server.accept()]);
    const reason = `\x1b[2Jgone\n2026-01-01 root logged in ${"!".repeat(5000)}`;
    await far?.close({ code: 1, reason });
    const info = await client.closed.catch((error: unknown) => ({ reason: String(error) }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(info.reason).not.toMatch(/[\x00-\x1f\x7f]/);
    expect(info.reason.length).toBeLessThan(1100);
    expect(info.reason).toContain("gone");
  });
});

function pem(name: string): string {
  return readFileSync(new URL(`../../transport-tcp/test/certificates/${name}.pem`, import.meta.url), "utf8");
}

function outerAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
}

async function mayListen(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
