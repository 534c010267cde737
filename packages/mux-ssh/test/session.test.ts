// What the conformance suite cannot know: SSH's own limits, stock behaviour between our ends, timers, and peers that misbehave.

import { once } from "node:events";
import { Duplex } from "node:stream";
import ssh2, { type Channel } from "ssh2";
import { type Conn, memoryPair, type Stream, type StreamProvider } from "streams-core";
import { fromDuplex, toDuplex } from "streams-core/node";
import { describe, expect, test } from "vitest";
import { type SshOptions, ssh } from "../src/index.js";
import { ACCEPT, CREDIT, codeField, HELLO, PING, RESET, record } from "../src/records.js";
import { BOTH, USER } from "./keys.js";
import { all, closed, connected, next, starting } from "./pair.js";

/** What ssh2 grants. */
const SSH_WINDOW = 2 * 1024 * 1024;

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("between our own ends", () => {
  test("streams opened before the handshake leave when it is done", async () => {
    const pair = starting();
    const { client, server } = pair;
    const [there, back] = await Promise.all([
      client.newStream({ from: "client" }),
      server.newStream({ from: "server" }),
    ]);
    await Promise.all([there.write(bytes("early")), back.write(bytes("early"))]);
    void there.close();
    void back.close();
    expect(await all(await next(server.listen()))).toBe("early");
    expect(await all(await next(client.listen()))).toBe("early");
    await closed(pair);
  });

  test("new keys are agreed on under load, and no byte is lost", async () => {
    const pair = await connected({ rekeyBytes: 256 * 1024 });
    const near = await pair.client.newStream();
    const far = await next(pair.server.listen());
    const sent = Buffer.alloc(4 * 1024 * 1024, "0123456789abc");
    const echoed = (async () => {
      for await (const chunk of far) await far.write(chunk);
      await far.close();
    })();
    const written = near.write(sent).then(() => near.close());
    expect((await all(near)) === sent.toString()).toBe(true);
    await Promise.all([written, echoed]);
    await closed(pair);
  });

  test("a stream that nobody reads holds its window and no more", async () => {
    const pair = await connected({ window: 100_000 });
    const near = await pair.client.newStream();
    void near.write(new Uint8Array(1_000_000)).catch(() => {});
    await next(pair.server.listen());
    while ([...pair.server.stats().streams()][0]?.unread !== 100_000) await pair.client.ping();
    await pair.client.ping();
    expect([...pair.server.stats().streams()]).toMatchObject([
      { unread: 100_000, receiveCredit: 0, waiting: "reader" },
    ]);
    expect([...pair.client.stats().streams()]).toMatchObject([{ unsent: 900_000, sendCredit: 0, waiting: "credit" }]);
    await closed(pair);
  });

  test("headers of the largest size allowed arrive, and one byte more is refused here", async () => {
    const pair = await connected({ maxHeaderBytes: 20_000 });
    const listener = pair.server.listen();
    const value = "v".repeat(20_000 - 4);
    await pair.client.newStream({ k: value });
    expect((await next(listener)).headers.get("k")).toBe(value);
    await expect(pair.client.newStream({ k: `${value}v` })).rejects.toMatchObject({ code: "ERR_HEADERS_TOO_LARGE" });
    await closed(pair);
  });

  test("headers larger than the peer takes are a refusal of that stream only", async () => {
    const pair = await connected({ maxHeaderBytes: 20_000 }, { maxHeaderBytes: 100 });
    const listener = pair.server.listen();
    const refused = await pair.client.newStream({ k: "v".repeat(1000) });
    await expect(refused.opened).rejects.toMatchObject({ code: "ERR_REFUSED", retryable: true });
    await pair.client.newStream({ k: "v" });
    expect((await next(listener)).headers.get("k")).toBe("v");
    await closed(pair);
  });

  test("streams beyond the limit are refused, retry-safe, and others live on", async () => {
    const pair = await connected({}, { maxInboundStreams: 2 });
    const listener = pair.server.listen();
    const streams = await Promise.all([1, 2, 3].map(() => pair.client.newStream()));
    const [one, two] = [await next(listener), await next(listener)];
    await expect(streams[2]?.opened).rejects.toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true });
    await Promise.all([one?.close(), streams[0]?.close(), streams[0]?.closed]);
    await pair.client.ping();
    await pair.client.newStream({ again: "yes" });
    expect((await next(listener)).headers.get("again")).toBe("yes");
    expect(two.id).toBe("c2");
    await closed(pair);
  });

  test("close() tells the peer its code and reason", async () => {
    const { client, server } = await connected();
    await server.close({ code: 42, reason: "moving away" });
    expect(await client.closed).toEqual({ code: 42, reason: "moving away", remote: true });
    await client.close();
  });

  test("a stream closed here and silent there is reset after the linger", async () => {
    const pair = await connected({ halfCloseLinger: 20, keepaliveTimeout: 20 });
    const near = await pair.client.newStream();
    const far = await next(pair.server.listen());
    await near.close();
    await expect(near.closed).rejects.toMatchObject({ code: "ERR_RESET" });
    await expect(far.closed).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    await closed(pair);
  });
});

describe("the option peer", () => {
  test("stock makes two of our ends talk plain SSH", async () => {
    const pair = await connected({ peer: "stock" });
    expect(pair.client.features).toMatchObject({ headers: "none", opens: "client", resetCode: false, ping: false });
    const listener = pair.server.listen();
    const near = await pair.client.newStream({ "dest-host": "db", "dest-port": "5432" });
    const far = await next(listener);
    expect(Object.fromEntries(far.headers)).toMatchObject({
      "channel-type": "direct-tcpip",
      "dest-host": "db",
      "dest-port": "5432",
    });
    await near.write(bytes("plain"));
    await near.close();
    expect(await all(far)).toBe("plain");
    await far.close();
    await near.closed;
    const socket = await pair.client.newStream({ "socket-path": Buffer.from("/run/ä.sock").toString("latin1") });
    const other = await next(listener);
    expect(Buffer.from(other.headers.get("socket-path") ?? "", "latin1").toString()).toBe("/run/ä.sock");
    // A channel closed without its end looks like one that ended: `resetCode: false` and the README say so.
    socket.reset(7);
    await expect(other.closed).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    await expect(pair.client.ping()).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await closed(pair);
  });

  test("a stream to stock that nobody reads holds SSH's window and no more, others run on, and no byte is lost", async () => {
    const pair = await connected({ peer: "stock" });
    const listener = pair.server.listen();
    const open = async (): Promise<[Stream, Stream]> => {
      const near = await pair.client.newStream({ "dest-host": "db", "dest-port": "5432" });
      return [near, await next(listener)];
    };
    const [near, far] = await open();
    const sent = Buffer.alloc(8 * 1024 * 1024, "0123456789abc");
    void near.write(sent);
    void near.close();
    const unread = (): number | undefined => [...pair.server.stats().streams()][0]?.unread;
    while (unread() !== SSH_WINDOW) await new Promise(setImmediate);
    const [beside, there] = await open();
    await beside.write(bytes("beside"));
    await beside.close();
    expect(await all(there)).toBe("beside");
    expect(unread()).toBe(SSH_WINDOW);
    expect((await all(far)) === sent.toString()).toBe(true);
    await closed(pair);
  });

  test("one end that insists on stock is met as stock", async () => {
    const pair = await connected({ peer: "stock" }, {});
    expect(pair.server.features.headers).toBe("none");
    await closed(pair);
  });

  test("streams refuses stock programs and says which it met", async () => {
    const pair = starting({ peer: "streams" }, { peer: "stock" });
    await expect(pair.client.ready).rejects.toMatchObject({
      code: "ERR_WRONG_PROTOCOL",
      message: expect.stringContaining("ssh2js"),
    });
    await closed(pair);
  });

  test("a server whose stock client asks for no forward cannot open streams, and says so in time", async () => {
    const pair = await connected({ peer: "stock", handshakeTimeout: 1000, keepaliveTimeout: 20 });
    const stream = await pair.server.newStream();
    await expect(stream.opened).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: expect.stringContaining("ssh -R"),
    });
    await closed(pair);
  });
});

describe("a stock client", () => {
  /** Logged in to a server of ours. */
  async function stockClient(options: SshOptions): Promise<{ client: ssh2.Client; server: StreamProvider }> {
    const [near, far] = memoryPair();
    const server = ssh({ ...BOTH, ...options })(far, "server");
    const client = new ssh2.Client();
    client.on("error", () => {});
    client.connect({ sock: toDuplex(near), username: "alice", password: "correct horse", hostVerifier: () => true });
    await Promise.all([server.ready, once(client, "ready")]);
    return { client, server };
  }

  test("may have as many streams open as the limit says, and the rest are refused channels", async () => {
    const { client, server } = await stockClient({ maxInboundStreams: 1 });
    const listener = server.listen();
    const answers: Promise<string>[] = [1, 2].map(
      (port) => new Promise((done) => client.forwardOut("a", 1, "b", port, (error) => done(error?.message ?? "open"))),
    );
    const stream = await next(listener);
    const third = listener.accept();
    expect(await answers[0]).toBe("open");
    expect(await answers[1]).toContain("Channel open failure");
    expect(server.stats().streamsOpen).toBe(1);
    stream.reset();
    client.end();
    expect(await third).toBe(null);
    await server.close();
  });

  test("cannot open sessions without end that never say their command", async () => {
    const { client, server } = await stockClient({ acceptBacklog: 3 });
    const shells: Promise<string>[] = [];
    const raw: { _protocol: { session(id: number, window: number, packet: number): void } } = Object(client);
    for (let id = 0; id < 3; id += 1) raw._protocol.session(1000 + id, 1024, 1024);
    shells.push(new Promise((done) => client.exec("late", (error) => done(error?.message ?? "open"))));
    expect(await shells[0]).toContain("Channel open failure");
    client.end();
    await server.close();
  });
});

describe("a peer that does not speak SSH", () => {
  test.each([
    ["client", "HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1"],
    ["server", "GET / HTTP/1.1\r\n\r\n", "HTTP/1"],
    ["server", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"],
    ["client", "\x00\x00\x12\x04\x00\x00\x00\x00\x00", "HTTP/2"],
    ["server", "\x16\x03\x01\x02\x00\x01", "TLS"],
    ["client", "\x15\x03\x03\x00\x02\x02\x16", "TLS"],
    ["server", "\x00\x02\x00\x01\x00\x00\x00\x00", "yamux"],
    ["server", "\x07hello\n", "hello"],
  ] as const)("is ERR_WRONG_PROTOCOL at the %s when it sends %j", async (role, sends, named) => {
    const [near, far] = memoryPair();
    const session = ssh(BOTH)(near, role);
    await far.write(Buffer.from(sends, "latin1"));
    await expect(session.ready).rejects.toMatchObject({
      code: "ERR_WRONG_PROTOCOL",
      remote: true,
      message: expect.stringContaining(named),
    });
    await session.close();
  });

  test("a text greeting that never becomes SSH is named when it hangs up", async () => {
    const [near, far] = memoryPair();
    const session = ssh(BOTH)(near, "client");
    await far.write(bytes("220 mail.example ESMTP\r\n"));
    await far.close();
    await expect(session.ready).rejects.toMatchObject({
      code: "ERR_WRONG_PROTOCOL",
      message: expect.stringContaining("SMTP"),
    });
    await session.close();
  });

  test.each(["client", "server"] as const)("silence is ERR_TIMEOUT at the %s's handshake limit", async (role) => {
    const [near] = memoryPair();
    const session = ssh({ ...BOTH, handshakeTimeout: 30 })(near, role);
    await expect(session.ready).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    await session.close();
  });

  test.each(["client", "server"] as const)("half a handshake is ERR_TIMEOUT at the %s", async (role) => {
    const [near, far] = memoryPair();
    const session = ssh({ ...BOTH, handshakeTimeout: 30 })(near, role);
    await far.write(bytes("SSH-2.0-half\r\n"));
    await expect(session.ready).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    await session.close();
  });

  test("a connection that ends before the handshake is ERR_TRANSPORT_LOST", async () => {
    const [near, far] = memoryPair();
    const session = ssh(BOTH)(near, "client");
    await far.close();
    await expect(session.ready).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await session.close();
  });
});

describe("a connection", () => {
  test("that goes silent is ERR_TIMEOUT on the session and every stream", async () => {
    const gate = frozen();
    const client = ssh({ ...BOTH, keepaliveInterval: 30, keepaliveTimeout: 30 })(gate.client, "client");
    const server = ssh(BOTH)(gate.server, "server");
    await Promise.all([client.ready, server.ready]);
    const stream = await client.newStream();
    gate.freeze();
    await expect(client.closed).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    await expect(stream.read()).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    gate.destroy();
    await Promise.all([client.close(), server.close()]);
  });

  test("that is idle lives on, because both ends keep it alive", async () => {
    const pair = await connected({ keepaliveInterval: 20, keepaliveTimeout: 20 });
    const before = pair.client.stats().bytesIn;
    while (pair.client.stats().bytesIn < before + 500) await new Promise((resolve) => setImmediate(resolve));
    expect(await pair.client.ping()).toBeGreaterThan(0);
    await closed(pair);
  });

  test("that ends without a word is a loss, even with no stream open", async () => {
    const pair = await connected();
    pair.conns[0].reset();
    await expect(pair.client.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await expect(pair.server.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await closed(pair);
  });
});

describe("a peer of our kind that misbehaves", () => {
  test.each<[string, (rogue: Rogue) => unknown, string]>([
    ["sends a record before its hello", (rogue) => rogue.say(record(PING, 1)), "ERR_PROTOCOL"],
    ["says hello twice", (rogue) => rogue.say(record(HELLO, 9), record(HELLO, 9)), "ERR_PROTOCOL"],
    ["says hello with no window", (rogue) => rogue.say(record(HELLO, 0)), "ERR_PROTOCOL"],
    ["sends a record that is too short", (rogue) => rogue.say(record(HELLO, 9), record(PING)), "ERR_PROTOCOL"],
    ["announces a record of 16 MiB", (rogue) => rogue.say(Uint8Array.of(4, 255, 255, 255)), "ERR_PROTOCOL"],
    [
      "gives credit of nothing",
      (rogue) => rogue.say(record(HELLO, 9), record(CREDIT, Uint8Array.of(0), 1, 0)),
      "ERR_PROTOCOL",
    ],
    [
      "accepts with headers that are none",
      (rogue) => rogue.say(record(HELLO, 9), record(ACCEPT, 1, bytes("\0"))),
      "ERR_PROTOCOL",
    ],
    ["ends the control channel", (rogue) => rogue.control.end(), "ERR_PROTOCOL"],
    [
      "uses a stream number twice",
      (rogue) => Promise.all([rogue.open(5), rogue.open(5)]).catch(() => {}),
      "ERR_PROTOCOL",
    ],
    ["opens a stream without headers", (rogue) => rogue.open(1, "10.0.0.1").catch(() => {}), "ERR_PROTOCOL"],
    ["opens a stream with broken headers", (rogue) => rogue.open(1, "h1.AAAA").catch(() => {}), "ERR_PROTOCOL"],
    [
      "sends more than its window",
      async (rogue) => {
        rogue.say(record(HELLO, 9));
        const channel = await rogue.open(1);
        channel.write(Buffer.alloc(2000));
      },
      "ERR_FLOW_CONTROL",
    ],
    [
      "opens and resets without end",
      (rogue) =>
        rogue.say(
          record(HELLO, 9),
          ...Array.from({ length: 1200 }, (_, n) => record(RESET, Uint8Array.of(0), n, codeField(1))),
        ),
      "ERR_CALM",
    ],
  ])("which %s ends the session", async (_name, act, code) => {
    const { rogue, server } = await rogueClient();
    await act(rogue);
    await expect(server.closed).rejects.toMatchObject({ code, remote: true });
    await server.close();
    rogue.client.destroy();
  });

  test("unknown records, pongs to nothing and records of gone streams are ignored", async () => {
    const { rogue, server } = await rogueClient();
    const stream = record(ACCEPT, 77);
    rogue.say(
      record(HELLO, 1000),
      record(200, bytes("future")),
      record(5, 99),
      stream,
      record(CREDIT, Uint8Array.of(0), 3, 9),
    );
    await server.ready;
    const listener = server.listen();
    const channel = await rogue.open(1);
    channel.end("fine");
    expect(await all(await next(listener))).toBe("fine");
    await server.close();
    rogue.client.destroy();
  });

  test("a peer that asks and does not read is cut off", async () => {
    const gate = frozen();
    const { rogue, server } = await rogueClient(gate.client, gate.server);
    rogue.say(record(HELLO, 1000));
    await server.ready;
    gate.deafen();
    const pings = Buffer.concat(Array.from({ length: 4000 }, (_, n) => record(PING, n)));
    for (let i = 0; i < 20; i += 1) rogue.say(pings);
    await expect(server.closed).rejects.toMatchObject({ code: "ERR_CALM" });
    gate.destroy();
    await server.close();
    rogue.client.destroy();
  });
});

interface Rogue {
  readonly client: ssh2.Client;
  readonly control: Channel;
  say(...records: Uint8Array[]): void;
  open(number: number, origin?: string): Promise<Channel>;
}

/** A client that shows our sign and then does what it likes, against our server with a window of 1,000 bytes. */
async function rogueClient(near?: Conn, far?: Conn): Promise<{ rogue: Rogue; server: StreamProvider }> {
  const [a, b] = memoryPair();
  const server = ssh({ ...BOTH, window: 1000 })(far ?? b, "server");
  const client = new ssh2.Client();
  client.on("error", () => {});
  const open = (number: number, port: number, origin: string): Promise<Channel> =>
    new Promise((resolve, reject) => {
      client.forwardOut(origin, number, "streams.invalid", port, (error, channel) => {
        if (error) {
          reject(error);
          return;
        }
        channel.on("error", () => {});
        resolve(channel);
      });
    });
  await new Promise<void>((resolve) => {
    client.on("ready", resolve);
    client.connect({
      sock: toDuplex(near ?? a),
      username: "alice",
      privateKey: USER.privateKey,
      hostVerifier: () => true,
      ident: "Streams_1",
    });
  });
  const control = await open(0, 2, "control");
  control.resume();
  const say = (...records: Uint8Array[]): void => void control.write(Buffer.concat(records));
  return { rogue: { client, control, say, open: (number, origin = "h1.") => open(number, 1, origin) }, server };
}

/** A pair whose bytes can be held: both ways, or only those to the client. */
function frozen(): { client: Conn; server: Conn; freeze(): void; deafen(): void; destroy(): void } {
  let held = false;
  let deaf = false;
  const ends: Duplex[] = [];
  for (const index of [0, 1]) {
    const end = new Duplex({
      allowHalfOpen: true,
      read() {},
      write(chunk: Buffer, _encoding, done) {
        const other = ends[1 - index];
        if (held || (deaf && index === 1)) return;
        // As a transport does: not within the call.
        setImmediate(() => {
          other?.push(chunk);
          done();
        });
      },
      final(done) {
        if (!held) ends[1 - index]?.push(null);
        done();
      },
    });
    end.on("error", () => {});
    ends.push(end);
  }
  const [a, b] = ends;
  if (a === undefined || b === undefined) throw new Error("no ends");
  return {
    client: fromDuplex(a),
    server: fromDuplex(b),
    freeze: () => {
      held = true;
    },
    deafen: () => {
      deaf = true;
    },
    destroy: () => {
      a.destroy();
      b.destroy();
    },
  };
}
