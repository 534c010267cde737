// The handshake of withToken() against peers that do not know the token, or try to do without it. Over real sockets and below real
// multiplexers it is shown elsewhere: here every byte is this file's own.

import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Conn, memory, type Server, type Transport, withToken } from "../src/index.js";
import { handled } from "../src/kit/index.js";
import { failure } from "./helpers/failure.js";

const TOKEN = "correct horse battery staple";
const URL_ = new URL("memory://server");
const HELLO = 41;
const PROOF = 32;

const servers: Server<Conn>[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  vi.useRealTimers();
});

/** A server that asks for the token, and the transport below, on which a test may do as it likes. */
async function guarded(options: { maxPending?: number; handshakeTimeout?: number } = {}) {
  const below = memory();
  const rejections: unknown[] = [];
  const waiting: ((error: unknown) => void)[] = [];
  const onRejected = (error: unknown): void => {
    const next = waiting.shift();
    if (next === undefined) rejections.push(error);
    else next(error);
  };
  const server = await withToken(below, { token: TOKEN, onRejected, ...options }).serve(URL_);
  servers.push(server);
  /** What the next connection without proof was rejected with. */
  const rejection = (): Promise<never> =>
    handled(
      new Promise((_, reject) => {
        if (rejections.length > 0) reject(rejections.shift());
        else waiting.push(reject);
      }),
    );
  return { below, server, rejection, dial: (token: string) => withToken(below, { token }).dial(URL_) };
}

async function take(conn: Conn, length: number): Promise<Uint8Array> {
  const parts: number[] = [];
  while (parts.length < length) {
    const chunk = await conn.read();
    if (chunk === null) throw new Error("The connection ended early.");
    parts.push(...chunk);
  }
  expect(parts).toHaveLength(length);
  return Uint8Array.from(parts);
}

/** The transport, and everything that was sent over it, either way. */
function recorded(transport: Transport): { transport: Transport; sent: number[] } {
  const sent: number[] = [];
  const tap = (conn: Conn): Conn =>
    new Proxy(conn, {
      get(target, name) {
        if (name === "write") {
          return (chunk: Uint8Array) => {
            sent.push(...chunk);
            return target.write(chunk);
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return { sent, transport: { ...transport, dial: async (url, o) => tap(await transport.dial(url, o)) } };
}

describe("withToken()", () => {
  test("both ends that know the token get the very connection below, and their bytes through it", async () => {
    const { below, server } = await guarded();
    const dialled: Conn[] = [];
    const dial: Transport["dial"] = async (url, o) => {
      dialled.push(await below.dial(url, o));
      return dialled[0] as Conn;
    };
    const near = await withToken({ ...below, dial }, { token: new TextEncoder().encode(TOKEN) }).dial(URL_);
    expect(near).toBe(dialled[0]);
    const far = await server.accept();
    await near.write(Uint8Array.of(1, 2, 3));
    expect(await far?.read()).toEqual(Uint8Array.of(1, 2, 3));
    await far?.write(Uint8Array.of(4));
    expect(await near.read()).toEqual(Uint8Array.of(4));
    await near.close();
    expect(await far?.read()).toBeNull();
    await far?.close();
    await near.closed;
  });

  test("what comes in one piece with the end of the handshake is read first, and chunks given away are not used again", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { below, server } = await guarded();
    const dial: Transport["dial"] = async (url, o) => {
      const conn = await below.dial(url, o);
      const [read, write] = [conn.read.bind(conn), conn.write.bind(conn)];
      let reads = 0;
      conn.read = async (options) => {
        const chunk = await read(options);
        reads += 1;
        // The second is the server's proof.
        return reads === 2 && chunk !== null ? Buffer.concat([chunk, (await read()) ?? chunk]) : chunk;
      };
      conn.write = (chunk) => {
        const writing = write(chunk.slice());
        chunk.fill(0);
        return writing;
      };
      return conn;
    };
    const dialling = withToken({ ...below, dial }, { token: TOKEN }).dial(URL_);
    const far = await server.accept();
    await far?.write(Uint8Array.of(1, 2, 3));
    const near = await dialling;
    expect(vi.getTimerCount()).toBe(0);
    expect(await near.read()).toEqual(Uint8Array.of(1, 2, 3));
    await far?.write(Uint8Array.of(4));
    expect(await near.read()).toEqual(Uint8Array.of(4));
    near.reset();
    await failure(near.read(), "ERR_RESET");
  });

  test("a wrong token is ERR_AUTH_FAILED at both ends, and the server never speaks its proof", async () => {
    const { below, rejection } = await guarded();
    const wire = recorded(below);
    const rejected = rejection();
    await failure(withToken(wire.transport, { token: `${TOKEN}!` }).dial(URL_), "ERR_AUTH_FAILED");
    await failure(rejected, "ERR_AUTH_FAILED");
    expect(wire.sent).toHaveLength(HELLO + PROOF);
  });

  test("the token is in nothing that is sent, printed or thrown", async () => {
    const { below, dial, server } = await guarded();
    const wire = recorded(below);
    const client = withToken(wire.transport, { token: TOKEN });
    await client.dial(URL_);
    await server.accept();
    expect(Buffer.from(wire.sent).includes(TOKEN)).toBe(false);
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain("horse");
    const error = await failure(dial(`${TOKEN}!`), "ERR_AUTH_FAILED");
    expect(inspect(error, { depth: 9 })).not.toContain("horse");
    expect(() => withToken(below, { token: "secret" })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.not.stringContaining("secret") }),
    );
  });

  test("a server is not believed without a proof of its own", async () => {
    const below = memory();
    const server = await below.serve(URL_);
    servers.push(server);
    const dialling = withToken(below, { token: TOKEN }).dial(URL_);
    const conn = (await server.accept()) as Conn;
    const hello = await take(conn, HELLO);
    await conn.write(hello.with(8, 1));
    // The client's own proof is the best that such a server has.
    await conn.write(await take(conn, PROOF));
    await failure(dialling, "ERR_AUTH_FAILED");
    await failure(conn.closed, "ERR_RESET");
  });

  test("a hello sent back to who sent it is not believed, at either end", async () => {
    const { below, rejection } = await guarded();
    const conn = await below.dial(URL_);
    const rejected = rejection();
    await conn.write(await take(conn, HELLO));
    await failure(rejected, "ERR_AUTH_FAILED");

    const mirror = memory();
    const server = await mirror.serve(URL_);
    servers.push(server);
    const dialling = withToken(mirror, { token: TOKEN }).dial(URL_);
    const far = (await server.accept()) as Conn;
    await far.write(await take(far, HELLO));
    await failure(dialling, "ERR_AUTH_FAILED");
  });

  test("a recorded handshake does not let in again", async () => {
    const { below, server, rejection } = await guarded();
    const wire = recorded(below);
    await withToken(wire.transport, { token: TOKEN }).dial(URL_);
    expect(await server.accept()).not.toBeNull();
    const rejected = rejection();
    const again = await below.dial(URL_);
    await again.write(Uint8Array.from(wire.sent));
    await failure(rejected, "ERR_AUTH_FAILED");
    await failure(again.closed, "ERR_RESET");
  });

  test.each([
    ["a bit of the nonce", 8 + 1 + 5],
    ["a bit of the proof", HELLO + 3],
  ])("%s changed on the way is ERR_AUTH_FAILED", async (_, at) => {
    const { below, rejection } = await guarded();
    let sent = 0;
    const dial: Transport["dial"] = async (url, o) => {
      const conn = await below.dial(url, o);
      const write = conn.write.bind(conn);
      conn.write = (chunk, options) => {
        const inside = at - sent;
        sent += chunk.byteLength;
        return write(inside in chunk ? chunk.with(inside, (chunk[inside] ?? 0) ^ 1) : chunk, options);
      };
      return conn;
    };
    const rejected = rejection();
    await failure(withToken({ ...below, dial }, { token: TOKEN }).dial(URL_), "ERR_AUTH_FAILED");
    await failure(rejected, "ERR_AUTH_FAILED");
  });

  test("a client that uses no token is told apart at its first byte, and says so", async () => {
    const { below, rejection } = await guarded();
    const conn = await below.dial(URL_);
    const rejected = rejection();
    await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    expect((await failure(rejected, "ERR_WRONG_PROTOCOL")).message).toContain("HTTP/1");
    await failure(conn.closed, "ERR_RESET");
  });

  test("a server that uses no token is told apart by what it says", async () => {
    const below = memory();
    const server = await below.serve(URL_);
    servers.push(server);
    const dialling = withToken(below, { token: TOKEN }).dial(URL_);
    await (await server.accept())?.write(new TextEncoder().encode("SSH-2.0-other\r\n"));
    expect((await failure(dialling, "ERR_WRONG_PROTOCOL")).message).toContain("SSH");
  });

  test("a peer that goes within the handshake is a loss before the proof, and a failure after it", async () => {
    const { below, rejection } = await guarded();
    const rejected = rejection();
    await (await below.dial(URL_)).close();
    await failure(rejected, "ERR_TRANSPORT_LOST");

    const mute = memory();
    const server = await mute.serve(URL_);
    servers.push(server);
    const dialling = withToken(mute, { token: TOKEN }).dial(URL_);
    const far = (await server.accept()) as Conn;
    await far.write((await take(far, HELLO)).with(8, 1));
    await take(far, PROOF);
    await far.close();
    await failure(dialling, "ERR_AUTH_FAILED");
  });

  test("a peer that says nothing is ERR_TIMEOUT at the limit, at either end, and no timer is left", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { below, rejection } = await guarded();
    const rejected = rejection();
    const conn = await below.dial(URL_);
    const mute = memory();
    const server = await mute.serve(URL_);
    servers.push(server);
    const dialling = withToken(mute, { token: TOKEN }).dial(URL_);
    await take((await server.accept()) as Conn, HELLO);
    await take(conn, HELLO);
    expect(vi.getTimerCount()).toBe(2);
    vi.advanceTimersByTime(9_999);
    expect(vi.getTimerCount()).toBe(2);
    vi.advanceTimersByTime(1);
    await failure(rejected, "ERR_TIMEOUT");
    await failure(dialling, "ERR_TIMEOUT");
    await failure(conn.closed, "ERR_RESET");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("one connection more than may wait ends the oldest, and one with the token still gets in", async () => {
    const { below, server, rejection, dial } = await guarded({ maxPending: 3 });
    const idle: Conn[] = [];
    for (let i = 0; i < 3; i++) idle.push(await below.dial(URL_));
    const rejected = rejection();
    const [near, far] = await Promise.all([dial(TOKEN), server.accept()]);
    await failure(rejected, "ERR_CALM");
    await failure((idle[0] as Conn).closed, "ERR_RESET");
    await near.write(Uint8Array.of(7));
    expect(await far?.read()).toEqual(Uint8Array.of(7));
    // The others are as they were.
    expect(await (idle[1] as Conn).read()).toHaveLength(HELLO);
  });

  test("closing the server ends what has not proved anything yet", async () => {
    const { below, server, rejection } = await guarded();
    const conn = await below.dial(URL_);
    await take(conn, HELLO);
    const rejected = rejection();
    await server.close();
    await failure(rejected, "ERR_SESSION_CLOSED");
    await failure(conn.closed, "ERR_RESET");
    expect(await server.accept()).toBeNull();
  });

  test("an aborted dial rejects with the reason and resets the connection", async () => {
    const below = memory();
    const server = await below.serve(URL_);
    servers.push(server);
    const stop = new AbortController();
    const dialling = withToken(below, { token: TOKEN }).dial(URL_, { signal: stop.signal });
    const far = (await server.accept()) as Conn;
    await take(far, HELLO);
    stop.abort("enough");
    await expect(dialling).rejects.toBe("enough");
    await failure(far.closed, "ERR_RESET");
  });

  test.each([["fifteen bytes.."], [""], [new Uint8Array(15)], [undefined], [42]])(
    "the token %o is refused",
    (token) => {
      expect(() => withToken(memory(), { token: token as string })).toThrow(
        expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
      );
    },
  );

  test.each([0, -1, Number.NaN])("a limit of %d is refused", (wrong) => {
    for (const option of ["handshakeTimeout", "maxPending"]) {
      expect(() => withToken(memory(), { token: TOKEN, [option]: wrong })).toThrow(
        expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining(option) }),
      );
    }
  });
});
