// Who is let in, whom a client trusts, and what it says when it does not.

import ssh2 from "ssh2";
import { type Conn, isStreamsError, memoryPair } from "streams-core";
import { toDuplex } from "streams-core/node";
import { describe, expect, test } from "vitest";
import { fingerprint, generateKeys, type HostKey, type LoginAttempt, type SshOptions, ssh } from "../src/index.js";
import { BOTH, HOST, USER } from "./keys.js";
import { closed, connected, starting } from "./pair.js";

const OTHER = generateKeys();

async function failure(options: SshOptions, server: SshOptions = {}): Promise<unknown> {
  const pair = starting(options, server);
  const [error, atServer] = await Promise.all([
    pair.client.ready.then(
      () => "ready",
      (reason: unknown) => reason,
    ),
    pair.server.ready.then(
      () => "ready",
      (reason: unknown) => reason,
    ),
  ]);
  expect(isStreamsError(atServer)).toBe(true);
  await closed(pair);
  return error;
}

/** What a mux does when it is given a connection: the error it throws. */
function refusal(options: SshOptions, role: "client" | "server"): { error: unknown; reset: Promise<unknown> } {
  const [near, far] = memoryPair();
  const reset = far.read().catch((reason: unknown) => reason);
  try {
    ssh(options)(near, role);
  } catch (error) {
    return { error, reset };
  }
  throw new Error("It was taken.");
}

describe("logging in", () => {
  test.each<[string, SshOptions]>([
    ["a private key", {}],
    ["a password", { privateKey: undefined, password: "correct horse" } as unknown as SshOptions],
    ["a password after a key that is not known", { privateKey: OTHER.privateKey, password: "correct horse" }],
  ])("works with %s", async (_name, options) => {
    await closed(await connected(options, {}));
  });

  test("a wrong password is ERR_AUTH_FAILED at both ends", async () => {
    const { privateKey: _, ...rest } = BOTH;
    const [near, far] = memoryPair();
    const client = ssh({ ...rest, password: "wrong" })(near, "client");
    const server = ssh(BOTH)(far, "server");
    await expect(client.ready).rejects.toMatchObject({ code: "ERR_AUTH_FAILED", remote: true });
    await expect(server.ready).rejects.toMatchObject({ code: "ERR_AUTH_FAILED", remote: true });
    await expect(client.closed).rejects.toMatchObject({ code: "ERR_AUTH_FAILED" });
    await expect(client.newStream()).rejects.toMatchObject({ code: "ERR_AUTH_FAILED" });
    await closed({ client, server, conns: [near, far] });
  });

  test("a key that is not known is ERR_AUTH_FAILED", async () => {
    expect(await failure({ privateKey: OTHER.privateKey })).toMatchObject({ code: "ERR_AUTH_FAILED" });
  });

  test("a name that is not known is ERR_AUTH_FAILED", async () => {
    expect(await failure({ username: "mallory" })).toMatchObject({ code: "ERR_AUTH_FAILED" });
  });

  test("authenticate sees each attempt and decides, and nothing but true lets in", async () => {
    const seen: LoginAttempt[] = [];
    const authenticate = async (attempt: LoginAttempt): Promise<boolean> => {
      seen.push(attempt);
      return attempt.method === "publickey" && attempt.key.fingerprint === fingerprint(USER.publicKey);
    };
    await closed(await connected({}, { authenticate }));
    expect(seen[0]).toMatchObject({ method: "publickey", username: "alice", key: { type: "ssh-ed25519" } });
    const truthy = (() => "yes") as unknown as () => boolean;
    expect(await failure({}, { authenticate: truthy })).toMatchObject({ code: "ERR_AUTH_FAILED" });
    const throwing = (): boolean => {
      throw new Error("database away");
    };
    expect(await failure({}, { authenticate: throwing })).toMatchObject({ code: "ERR_AUTH_FAILED" });
  });

  test("a public key without its private key does not let in, whatever authenticate says", async () => {
    const [near, far] = memoryPair();
    const server = ssh({ ...BOTH, authenticate: (attempt) => attempt.method === "publickey" })(far, "server");
    const client = rawClient(near, { agent: new Impostor() });
    await expect(server.ready).rejects.toMatchObject({ code: "ERR_AUTH_FAILED" });
    await server.close();
    client.destroy();
  });

  test("attempts are limited", async () => {
    let attempts = 0;
    const authenticate = (): boolean => {
      attempts += 1;
      return false;
    };
    const [near, far] = memoryPair();
    const server = ssh({ ...BOTH, authenticate })(far, "server");
    let guesses = 0;
    const guesser = rawClient(near, {
      authHandler: (_left, _partial, go) => go({ type: "password", username: "alice", password: `${guesses++}` }),
    });
    await expect(server.ready).rejects.toMatchObject({ code: "ERR_AUTH_FAILED" });
    expect(attempts).toBe(6);
    await server.close();
    guesser.destroy();
  });
});

/** Shows alice's public key and signs with another. */
class Impostor extends ssh2.BaseAgent {
  getIdentities(done: (error: Error | null, keys?: ssh2.ParsedKey[]) => void): void {
    done(null, [parsed(USER.publicKey)]);
  }

  sign(_key: unknown, data: Buffer, _options: unknown, done?: (error: Error | null, signature?: Buffer) => void): void {
    done?.(null, parsed(OTHER.privateKey).sign(data));
  }
}

function parsed(key: string): ssh2.ParsedKey {
  const [first] = [ssh2.utils.parseKey(key)].flat();
  if (first === undefined || first instanceof Error) throw new Error("not a key");
  return first;
}

function rawClient(conn: Conn, config: ssh2.ConnectConfig): ssh2.Client {
  const client = new ssh2.Client();
  client.on("error", () => {});
  return client.connect({ sock: toDuplex(conn), username: "alice", hostVerifier: () => true, ...config });
}

describe("trusting a host", () => {
  test.each<[string, SshOptions]>([
    ["a fingerprint", { hostKey: fingerprint(HOST.privateKey) }],
    ["one of several fingerprints", { hostKey: [fingerprint(OTHER.publicKey), fingerprint(HOST.publicKey)] }],
    ["known_hosts", { hostKey: { knownHosts: `srv ${HOST.publicKey}`, host: "srv" } }],
    ["a function", { hostKey: (key: HostKey) => key.fingerprint === fingerprint(HOST.publicKey) }],
    ["a slow function", { hostKey: async (key: HostKey) => key.type === "ssh-ed25519" }],
  ])("works by %s", async (_name, options) => {
    await closed(await connected(options, {}));
  });

  test.each<[string, SshOptions]>([
    ["another fingerprint", { hostKey: fingerprint(OTHER.publicKey) }],
    ["known_hosts with another key", { hostKey: { knownHosts: `srv ${OTHER.publicKey}`, host: "srv" } }],
    [
      "known_hosts that revokes it",
      { hostKey: { knownHosts: `srv ${HOST.publicKey}\n@revoked * ${HOST.publicKey}`, host: "srv" } },
    ],
    ["a function that says no", { hostKey: () => false }],
    ["a function that gives something else than true", { hostKey: (() => "sure") as unknown as () => boolean }],
    [
      "a function that throws",
      {
        hostKey: () => {
          throw new Error("no");
        },
      },
    ],
  ])("%s is ERR_UNTRUSTED and names the key", async (_name, options) => {
    expect(await failure(options)).toMatchObject({
      code: "ERR_UNTRUSTED",
      message: expect.stringContaining(fingerprint(HOST.publicKey)),
    });
  });
});

describe("options", () => {
  const { hostKey: _hostKey, ...distrustful } = BOTH;
  const { username: _username, ...nameless } = BOTH;
  const { privateKey: _privateKey, ...bare } = BOTH;
  const { hostKeys: _hostKeys, ...keyless } = BOTH;
  const { users: _users, ...open } = BOTH;

  test.each<[string, SshOptions, "client" | "server", string, string]>([
    ["a client without hostKey", distrustful, "client", "ERR_UNTRUSTED", "hostKey"],
    ["a client without a name", nameless, "client", "ERR_OPTION_INVALID", "username"],
    ["a client with nothing to log in with", bare, "client", "ERR_OPTION_INVALID", "password"],
    ["a client with a broken key", { ...BOTH, privateKey: "junk" }, "client", "ERR_OPTION_INVALID", "privateKey"],
    [
      "a client with a public key as private",
      { ...BOTH, privateKey: USER.publicKey },
      "client",
      "ERR_OPTION_INVALID",
      "private",
    ],
    ["a broken fingerprint", { ...BOTH, hostKey: "SHA256:abc" }, "client", "ERR_OPTION_INVALID", "fingerprint"],
    ["an empty list of fingerprints", { ...BOTH, hostKey: [] }, "client", "ERR_OPTION_INVALID", "hostKey"],
    [
      "known_hosts without the host",
      { ...BOTH, hostKey: { knownHosts: "", host: "a" } },
      "client",
      "ERR_UNTRUSTED",
      "ssh-keyscan",
    ],
    [
      "a known_hosts file that is missing",
      { ...BOTH, hostKey: { knownHostsFile: "/nonexistent/known", host: "a" } },
      "client",
      "ERR_OPTION_INVALID",
      "knownHostsFile",
    ],
    ["a server without host keys", keyless, "server", "ERR_OPTION_INVALID", "ssh-keygen"],
    ["a server with a broken host key", { ...BOTH, hostKeys: ["junk"] }, "server", "ERR_OPTION_INVALID", "hostKeys"],
    ["a server that nobody may log in to", open, "server", "ERR_OPTION_INVALID", "users"],
    ["a user who can never log in", { ...BOTH, users: { bob: {} } }, "server", "ERR_OPTION_INVALID", "bob"],
    ["an empty password", { ...BOTH, users: { bob: { password: "" } } }, "server", "ERR_OPTION_INVALID", "empty"],
    ["a broken public key", { ...BOTH, users: { bob: { publicKeys: ["x"] } } }, "server", "ERR_OPTION_INVALID", "bob"],
  ])("%s is refused at once, says what to do, and resets the connection", async (_name, options, role, code, hint) => {
    const { error, reset } = refusal(options, role);
    expect(error).toMatchObject({ code, message: expect.stringContaining(hint) });
    expect(await reset).toMatchObject({ code: "ERR_RESET" });
  });

  test.each([
    ["handshakeTimeout", 0],
    ["keepaliveInterval", -1],
    ["keepaliveTimeout", Number.NaN],
    ["halfCloseLinger", 1.5],
    ["maxInboundStreams", 0],
    ["acceptBacklog", 0],
    ["maxHeaderBytes", 20_001],
    ["window", 0],
    ["rekeyBytes", 0],
    ["writeBuffer", 0],
    ["peer", "friend"],
  ])("%s of %s is refused", (name, value) => {
    expect(() => ssh({ [name]: value })).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});
