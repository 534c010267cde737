// The rows of the reliability scorecard that can be shown through the public face alone, for any wire.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { type Conn, type Mux, memoryPair, type Stream, type StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { expect, onTestFinished, test } from "vitest";
import { gate } from "./gate.js";
import { bytesInUse } from "./process-watch.js";
import { socketPair } from "./sockets.js";
import {
  accept,
  digest,
  echo,
  echoAll,
  errorOf,
  hashOf,
  outcomes,
  type Pair,
  pattern,
  turn,
  until,
} from "./streams.js";

/** Options that the wires have in common. */
export interface CommonOptions {
  readonly acceptBacklog?: number;
  readonly maxInboundStreams?: number;
  readonly halfCloseLinger?: number;
  readonly keepaliveInterval?: number;
  readonly keepaliveTimeout?: number;
}

export interface Wire {
  mux(options?: CommonOptions): Mux;
  /** The same, with a window of 64 KiB for each stream. */
  narrow(options?: CommonOptions): Mux;
  /** Bytes that one stream of `narrow` may hold unread, with what the library reads ahead. */
  readonly narrowHolds: number;
  /** Bytes that one stream holds unsent when the transport takes nothing. */
  readonly unsent: number;
  /** Streams opened at once in row 27, and half-closed in row 32. */
  readonly opens: number;
  readonly lingering: number;
  /** How often a session is made, used and shut down. */
  readonly sessions: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export async function connectOver(mux: Mux, conns: readonly [Conn, Conn] = memoryPair()): Promise<Pair> {
  const client = mux(conns[0], "client");
  const server = mux(conns[1], "server");
  await Promise.all([client.ready, server.ready]);
  return { client, server };
}

/** Waits until nothing more comes of what was written: round trips in which no end received any more that it has unread. */
async function still(...ends: readonly [StreamProvider, StreamProvider]): Promise<void> {
  const unread = (): number =>
    ends.reduce((sum, end) => [...end.stats().streams()].reduce((part, stream) => part + stream.unread, sum), 0);
  for (let same = 0, before = -1; same < 10; ) {
    for (const end of ends) await end.ping();
    const now = unread();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

export function publicRows(wire: Wire): void {
  /** Closed when the test is over, and then empty. */
  async function pair(mux: Mux = wire.mux(), conns?: readonly [Conn, Conn]): Promise<Pair> {
    const made = await connectOver(mux, conns);
    onTestFinished(async () => {
      await made.client.close();
      await made.server.close();
      expect([made.client.stats().streamsOpen, made.server.stats().streamsOpen]).toEqual([0, 0]);
    });
    return made;
  }

  test("row 17: one unread stream beside 1,000 active ones keeps its window, and the thousand complete", async () => {
    const { client, server } = await pair(wire.narrow({ acceptBacklog: 1100, maxInboundStreams: 1100 }));
    const listener = server.listen();
    const unread = await client.newStream();
    await accept(listener);
    for (let i = 0; i < 32; i += 1) void unread.write(new Uint8Array(64 * KIB));
    void (async () => {
      for await (const stream of listener) void echo(stream).catch(() => {});
    })();
    const body = pattern(KIB);
    const one = async (): Promise<string> => {
      const stream = await client.newStream();
      void stream.write(body.slice());
      void stream.close();
      return (await digest(stream)).hash;
    };
    const hashes = await Promise.all(Array.from({ length: 1000 }, one));
    expect(new Set(hashes)).toEqual(new Set([hashOf(body)]));
    await still(client, server);
    const [held] = server.stats().streams();
    expect(held?.unread).toBeGreaterThan(0);
    expect(held?.unread).toBeLessThanOrEqual(wire.narrowHolds);
  });

  test("row 18: both ends write 16 MiB before either reads: a window is held, then every byte arrives", async () => {
    const { client, server } = await pair(wire.narrow());
    const near = await client.newStream();
    const far = await accept(server.listen());
    const body = pattern(16 * MIB);
    for (const stream of [near, far]) {
      for (let at = 0; at < body.byteLength; at += MIB) void stream.write(body.slice(at, at + MIB));
      void stream.close();
    }
    await still(client, server);
    for (const session of [client, server]) {
      for (const { unread } of session.stats().streams()) expect(unread).toBeLessThanOrEqual(wire.narrowHolds);
    }
    const [there, back] = await Promise.all([digest(far), digest(near)]);
    expect([there.hash, back.hash]).toEqual([hashOf(body), hashOf(body)]);
    await Promise.all([near.closed, far.closed]);
  });

  test("row 25: what is sent on a stream that nobody has accepted is bounded by its window, and others go on", async () => {
    const { client, server } = await pair(wire.narrow());
    const listener = server.listen((headers) => (headers.has("hold") ? new Promise(() => {}) : undefined));
    const held = await client.newStream({ hold: "1" });
    const writes = Array.from({ length: 64 }, () => held.write(new Uint8Array(64 * KIB)));
    const other = await client.newStream();
    const far = await accept(listener);
    void echo(far);
    void other.write(pattern(MIB));
    void other.close();
    expect((await digest(other)).size).toBe(MIB);
    const [stats] = server.stats().streams();
    expect(stats?.waiting).not.toBe("nothing");
    expect(stats?.unread).toBeLessThanOrEqual(wire.narrowHolds);
    held.reset();
    expect(new Set(await outcomes(writes))).toEqual(new Set(["done", "ERR_RESET"]));
  });

  test(`row 27: of ${wire.opens} opens that nobody accepts 128 wait and the rest may be retried; an older stream echoes`, async () => {
    const { client, server } = await pair();
    const listener = server.listen();
    const older = await client.newStream();
    void echo(await accept(listener)).catch(() => {});
    const refused: boolean[] = [];
    const opens = await Promise.all(Array.from({ length: wire.opens }, () => client.newStream()));
    for (const { opened } of opens)
      opened.catch((error) => refused.push(error.retryable && error.code === "ERR_REFUSED"));
    await until("the rest is refused", () => refused.length === wire.opens - 128);
    expect(refused).not.toContain(false);
    await older.write(pattern(1000));
    expect((await older.read())?.byteLength).toBe(1000);
    expect(server.stats().streamsAccepted).toBe(1);
    await server.close();
    expect(new Set(await outcomes(opens.map(({ closed }) => closed)))).toEqual(
      new Set(["ERR_REFUSED", "ERR_SESSION_CLOSED"]),
    );
  });

  test("row 28b: 5,000 clean closes and 500 cancels in a row do not count as a flood", async () => {
    const { client, server } = await pair();
    void echoAll(server);
    const clean = async (): Promise<void> => {
      const stream = await client.newStream();
      void stream.close();
      await stream.read();
      await stream.closed;
    };
    for (let batch = 0; batch < 50; batch += 1) await Promise.all(Array.from({ length: 100 }, clean));
    for (let batch = 0; batch < 5; batch += 1) {
      const streams = await Promise.all(Array.from({ length: 100 }, () => client.newStream()));
      await Promise.all(streams.map(({ opened }) => opened));
      for (const stream of streams) stream.reset();
      await client.ping();
    }
    await until("all are gone", () => server.stats().streamsOpen === 0);
    expect(await client.ping()).toBeGreaterThan(0);
  });

  test("row 30: 5,000 refused opens, a hundred at a time, leave nothing in memory", async () => {
    const { client, server } = await pair();
    await server.listen().close();
    const hundred = async (): Promise<void> => {
      const streams = await Promise.all(Array.from({ length: 100 }, () => client.newStream()));
      const codes = await outcomes(streams.map(({ opened }) => opened));
      expect(new Set(codes)).toEqual(new Set(["ERR_REFUSED"]));
    };
    for (let batch = 0; batch < 10; batch += 1) await hundred();
    const before = await bytesInUse();
    for (let batch = 0; batch < 50; batch += 1) await hundred();
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
    expect([client.stats().streamsOpen, server.stats().streamsOpen]).toEqual([0, 0]);
  });

  test(`row 32: ${wire.lingering} half-closed streams on which nothing comes are reset after the linger`, async () => {
    const options = { acceptBacklog: 1000, halfCloseLinger: 200, keepaliveInterval: 10_000, keepaliveTimeout: 200 };
    const { client, server } = await pair(wire.mux(options));
    const listener = server.listen();
    const streams = await Promise.all(Array.from({ length: wire.lingering }, () => client.newStream()));
    for (const stream of streams) void stream.close();
    const far: Stream[] = [];
    for (let i = 0; i < wire.lingering; i += 1) far.push(await accept(listener));
    expect(new Set(await outcomes(streams.map(({ closed }) => closed)))).toEqual(new Set(["ERR_RESET"]));
    expect(new Set(await outcomes(far.map(({ closed }) => closed)))).toEqual(new Set(["ERR_RESET"]));
    expect(client.stats().streamsOpen).toBe(0);
  });

  test.each([
    ["an end of file", "end"],
    ["a reset of the connection", "resetAndDestroy"],
  ] as const)("row 36: %s with streams open is ERR_TRANSPORT_LOST and no clean end", async (_, how) => {
    const [near, far] = await socketPair();
    const mux = wire.mux();
    const client = mux(fromDuplex(near), "client");
    const server = mux(fromDuplex(far), "server");
    await Promise.all([client.ready, server.ready]);
    const listener = server.listen();
    const streams = await Promise.all(Array.from({ length: 10 }, () => client.newStream()));
    const there: Stream[] = [];
    for (const _stream of streams) there.push(await accept(listener));
    await streams[0]?.close();
    near[how]();
    const codes = await outcomes(there.slice(1).map((stream) => stream.read()));
    expect(new Set(codes)).toEqual(new Set(["ERR_TRANSPORT_LOST"]));
    expect((await errorOf(server.closed)).code).toBe("ERR_TRANSPORT_LOST");
    await outcomes([client.closed, client.close(), server.close(), ...streams.map(({ closed }) => closed)]);
    expect([near.destroyed, far.destroyed]).toEqual([true, true]);
  });

  test("row 38: over a transport that takes nothing each stream queues a little and later writers wait", async () => {
    const [a, b] = memoryPair();
    const stuck = gate(a);
    const { client, server } = await pair(wire.mux(), [stuck, b]);
    void echoAll(server);
    const streams = await Promise.all(Array.from({ length: 20 }, () => client.newStream()));
    await Promise.all(streams.map(({ opened }) => opened));
    stuck.stall();
    let done = 0;
    const writers = streams.map(async (stream) => {
      for (let i = 0; i < 160; i += 1) {
        await stream.write(new Uint8Array(64 * KIB));
        done += 1;
      }
    });
    await turns(50);
    const queued = [...client.stats().streams()].map(({ unsent }) => unsent);
    expect(Math.max(...queued)).toBeLessThanOrEqual(wire.unsent);
    expect(done).toBeLessThan(20 * 20);
    const before = done;
    await turns(50);
    expect(done).toBe(before);
    a.reset();
    expect(new Set(await outcomes(writers))).toEqual(new Set(["ERR_TRANSPORT_LOST"]));
  });

  test("row 38b: beside 100 unread streams, the most but one that may be open, a stream that is read runs on", async () => {
    const { client, server } = await pair(wire.narrow({ maxInboundStreams: 101 }));
    const listener = server.listen();
    for (let i = 0; i < 100; i += 1) {
      const unread = await client.newStream();
      await accept(listener);
      for (let chunk = 0; chunk < 8; chunk += 1) void unread.write(new Uint8Array(64 * KIB));
    }
    const stream = await client.newStream();
    const far = await accept(listener);
    const body = pattern(8 * MIB);
    for (let at = 0; at < body.byteLength; at += 64 * KIB) void stream.write(body.slice(at, at + 64 * KIB));
    void stream.close();
    expect(await digest(far)).toEqual({ size: body.byteLength, hash: hashOf(body) });
    for (const { unread } of server.stats().streams()) expect(unread).toBeLessThanOrEqual(wire.narrowHolds);
  });

  test(`row 40: written, closed and shut down ${wire.sessions} times, exactly what was written arrives, then the end`, async () => {
    for (let round = 0; round < wire.sessions; round += 1) {
      const body = pattern(1 + ((round * 7919) % 200_000), round);
      const { client, server } = await connectOver(wire.mux());
      const listener = server.listen();
      const stream = await client.newStream();
      void stream.write(body.slice());
      void stream.close();
      const draining = client.shutdown();
      const far = await accept(listener);
      expect(await digest(far)).toEqual({ size: body.byteLength, hash: hashOf(body) });
      await far.close();
      await draining;
      expect(await outcomes([stream.closed, far.closed, client.closed, server.closed, server.close()])).toEqual(
        Array.from({ length: 5 }, () => "done"),
      );
    }
  });

  test("row 41: a drain under load serves what it took and fails the rest, unseen, as retryable", async () => {
    const { client, server } = await pair();
    const surfaced = new Set<string>();
    void (async () => {
      for await (const stream of server.listen()) {
        surfaced.add(stream.headers.get("number") ?? "");
        void echo(stream).catch(() => {});
      }
    })();
    const served: string[] = [];
    const failed: string[] = [];
    const lost: unknown[] = [];
    const one = async (number: string): Promise<void> => {
      try {
        const stream = await client.newStream({ number });
        void stream.write(pattern(2000));
        void stream.close();
        await stream.opened;
        if ((await digest(stream)).size === 2000) served.push(number);
        else lost.push(number);
      } catch (error) {
        if (typeof error === "object" && error !== null && "retryable" in error && error.retryable) failed.push(number);
        else lost.push(error);
      }
    };
    const load: Promise<void>[] = [];
    let drained: Promise<void> | undefined;
    for (let i = 0; i < 300; i += 1) {
      load.push(one(String(i)));
      if (i === 150) drained = server.shutdown();
      if (i % 10 === 0) await turn();
    }
    await Promise.all([...load, drained]);
    expect(lost).toEqual([]);
    expect(served.length).toBeGreaterThan(0);
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(served)).toEqual(surfaced);
    expect(failed.filter((number) => surfaced.has(number))).toEqual([]);
  });

  test("row 43: an event loop blocked for more than twice the keepalive is no death", async () => {
    const { client, server } = await pair(wire.mux({ keepaliveInterval: 60, keepaliveTimeout: 60 }));
    void echoAll(server);
    const stream = await client.newStream();
    for (let round = 0; round < 4; round += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      await stream.write(Uint8Array.of(round));
      expect(await stream.read()).toEqual(expect.objectContaining({ byteLength: 1 }));
    }
    expect(await client.ping()).toBeGreaterThan(0);
  });
}

/** Peers that are processes of their own. @param setup what such a process begins with, so that it has the same `mux` */
export function processRows(mux: Mux, setup: string): void {
  const folder = fileURLToPath(new URL("../..", import.meta.url));
  const run = (program: string): ChildProcess => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", `${setup}\n${program}`], {
      cwd: folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };

  test("row 39: all that is open settles within a second when the process of the peer is killed under 100 streams", async () => {
    const server = run(ECHO_SERVER);
    const client = mux(fromDuplex(await dial(await firstLine(server))), "client");
    const streams = await Promise.all(Array.from({ length: 100 }, () => client.newStream()));
    for (const stream of streams) void stream.write(Uint8Array.of(1));
    await Promise.all(streams.map((stream) => stream.read()));
    const pending = streams.flatMap((stream) => [stream.read(), stream.closed]);
    server.kill("SIGKILL");
    expect((await errorOf(client.closed)).code).toBe("ERR_TRANSPORT_LOST");
    expect(new Set(await outcomes(pending, 1000))).toEqual(new Set(["ERR_TRANSPORT_LOST"]));
    await client.close();
    expect(client.stats().streamsOpen).toBe(0);
  });

  test("row 45: a server that is closed under load ends its sessions, and the process exits by itself", async () => {
    const child = run(CLOSED_UNDER_LOAD);
    const exited = once(child, "exit");
    expect(await firstLine(child)).toBe("closed");
    expect(await exited).toEqual([0, null]);
  });
}

const ECHO_SERVER = `
  const { createServer } = await import("node:net");
  const { fromDuplex } = await import("streams-core/node");
  const listening = createServer({ allowHalfOpen: true }, async (socket) => {
    for await (const stream of mux(fromDuplex(socket), "server").listen()) {
      (async () => { for await (const chunk of stream) await stream.write(chunk); })().catch(() => {});
    }
  });
  listening.listen(0, "127.0.0.1", () => console.log(listening.address().port));`;

const CLOSED_UNDER_LOAD = `
  const { over } = await import("streams-core");
  const { tcp } = await import("transport-tcp");
  const backend = over(mux, tcp());
  const server = await backend.serve(new URL("tcp://127.0.0.1:0"));
  const client = await backend.connect(server.url);
  const session = await server.accept();
  (async () => {
    for await (const stream of session.listen()) {
      (async () => { for await (const chunk of stream) await stream.write(chunk); })().catch(() => {});
    }
  })();
  for (let i = 0; i < 50; i += 1) {
    const stream = await client.newStream();
    (async () => { for (;;) await stream.write(new Uint8Array(65536)); })().catch(() => {});
    (async () => { for await (const chunk of stream); })().catch(() => {});
  }
  await client.ping();
  await session.close();
  await server.close();
  await client.closed.catch(() => {});
  console.log("closed");`;

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const chunk of child.stdout ?? []) return String(chunk).trim();
  throw new Error("It said nothing.");
}

async function dial(port: string): Promise<Socket> {
  const socket = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await turn();
}
