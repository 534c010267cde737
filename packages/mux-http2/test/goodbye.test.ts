// How a session leaves a connection on which bytes are under way.

import { type Conn, memoryPair, type OpOptions } from "streams-core";
import { expect, test } from "vitest";
import { CONNS, connected, end, pair } from "./pairs.js";

/** A connection that takes a while for whatever it sends, as TLS under a WebSocket does. */
function slow(conn: Conn): Conn {
  const later = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
  return {
    read: (options?: OpOptions) => conn.read(options),
    write: async (chunk, options) => {
      await conn.write(chunk, options);
      await later();
    },
    close: async (options) => {
      await conn.close(options);
      await later();
    },
    reset: (code) => conn.reset(code),
    get closed() {
      return conn.closed;
    },
    [Symbol.asyncIterator]: () => conn[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => conn[Symbol.asyncDispose](),
  };
}

const SLOW = async (): Promise<[Conn, Conn]> => {
  const [near, far] = memoryPair();
  return [slow(near), slow(far)];
};

test.each(["client", "server"] as const)("a close of the %s arrives although a write is under way", async (who) => {
  for (const conns of [SLOW, CONNS.tcp]) {
    const made = await pair(conns);
    const [closer, other] = who === "client" ? [made.client, made.server] : [made.server, made.client];
    const [near, far] = await connected(closer, other);
    for (let sent = 0; sent < 32; sent += 1) void near.write(new Uint8Array(64 * 1024));
    await far.read();
    await closer.close({ code: 7, reason: "enough" });
    expect(await other.closed).toEqual({ code: 7, reason: "enough", remote: true });
    await end(made);
  }
});

test.each(["client", "server"] as const)(
  "a %s may close at once, and its requests that are under way harm nobody",
  async (who) => {
    for (let turns = 0; turns < 20; turns += 1) {
      const made = await pair(SLOW);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((done) => setImmediate(done));
      await made[who].close({ code: 7 });
      expect(await made[who === "client" ? "server" : "client"].closed).toMatchObject({ code: 7, remote: true });
      await end(made);
    }
  },
);
