// What single messages do to a session of mux-ssh, said by an ssh2 client that is misused as a hostile peer.

import { ssh } from "mux-ssh";
import { memoryPair, type Stream, type StreamProvider } from "streams-core";
import { encodeHeaders } from "streams-core/kit";
import { fromDuplex } from "streams-core/node";
import { describe, expect, test } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import { bytesInUse } from "../src/adapters/process-watch.js";
import { connectOver } from "../src/adapters/public-rows.js";
import { random } from "../src/adapters/random.js";
import { socketPair } from "../src/adapters/sockets.js";
import {
  BOTH,
  CHANNEL_CLOSE,
  CHANNEL_DATA,
  CHANNEL_EOF,
  CHANNEL_OPEN,
  CHANNEL_WINDOW_ADJUST,
  CREDIT,
  HELLO,
  PING,
  PONG,
  record,
  SENDERS,
  type Ssh2Channel,
  SshPeer,
  type SshPeerOptions,
  u32,
} from "../src/adapters/ssh-peer.js";
import { accept, digest, errorOf, outcomes, turn, until } from "../src/adapters/streams.js";
import { greeted, peerOf } from "./tools/ssh.js";

const KIB = 1024;
const MIB = 1024 * KIB;
const IGNORE = 2;
const KEXINIT = 20;

/** With one accepted stream. */
async function oneStream(options: SshPeerOptions = {}): Promise<[SshPeer, Ssh2Channel, Ssh2Channel, Stream]> {
  const [peer, control] = await greeted(options);
  const listener = peer.session.listen();
  const channel = await peer.open(1);
  return [peer, control, channel, await accept(listener)];
}

/** Whether the session still takes streams. */
async function serves(peer: SshPeer, number: number): Promise<void> {
  const before = peer.session.stats().streamsAccepted + [...peer.session.stats().streams()].length;
  await peer.open(number);
  await until("it came", () => peer.session.stats().streamsAccepted + peer.session.stats().streamsOpen > before);
}

async function failure(session: StreamProvider): Promise<string> {
  const { code } = await errorOf(session.closed);
  expect(session.stats().streamsOpen).toBe(0);
  return code;
}

describe("ssh", () => {
  underWatch(() => connectOver(ssh(BOTH)));

  test("row 1: 40 random inputs before the login are a typed error or wait for more", async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const next = random(seed);
      const [near, far] = memoryPair();
      const session = ssh({ ...BOTH, handshakeTimeout: 60_000 })(far, "server");
      let code = "open";
      session.closed.catch((error) => {
        code = error.code;
      });
      const noise = Uint8Array.from({ length: 1 + (next() % 300) }, () => next() & 255);
      if (seed % 2 === 0) await near.write(Buffer.from("SSH-2.0-Streams_1\r\n"));
      await near.write(noise);
      for (let i = 0; i < 4; i += 1) await turn();
      seen.add(code);
      near.reset();
      await session.close();
    }
    expect([...seen].filter((code) => !["open", "ERR_PROTOCOL", "ERR_WRONG_PROTOCOL"].includes(code))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
  });

  test("row 1: 25 random inputs on the control channel, and 25 random messages, are a typed error or wait for more", async () => {
    const seen = { control: new Set<string>(), messages: new Set<string>() };
    for (let seed = 1; seed <= 50; seed += 1) {
      const next = random(seed);
      const peer = await SshPeer.connect();
      const control = await peer.control();
      let code = "open";
      peer.session.closed.catch((error) => {
        code = error.code;
      });
      control.write(record(HELLO, 1000));
      const noise = Uint8Array.from({ length: 1 + (next() % 60) }, () => next() & (next() % 2 === 0 ? 3 : 255));
      if (seed % 2 === 0) control.write(record(next() % 10, noise));
      else peer.message(80 + (next() % 20), noise);
      for (let i = 0; i < 6; i += 1) await turn();
      seen[seed % 2 === 0 ? "control" : "messages"].add(code);
      await peer.end();
      expect(peer.session.stats().streamsOpen).toBe(0);
    }
    const allowed = ["open", "ERR_PROTOCOL", "ERR_FLOW_CONTROL", "ERR_TRANSPORT_LOST"];
    expect([...seen.control, ...seen.messages].filter((code) => !allowed.includes(code))).toEqual([]);
    expect(seen.control).toContain("ERR_PROTOCOL");
    expect(seen.messages.size).toBeGreaterThan(1);
  });

  test("row 2: a byte changed on the way ends the session, and nothing is delivered after it", async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const [near, far] = memoryPair();
      const [a, b] = memoryPair();
      let spoil = false;
      void (async () => {
        for await (const chunk of far) {
          const copy = chunk.slice();
          const at = (seed * 37) % copy.byteLength;
          if (spoil) copy[at] = (copy[at] ?? 0) ^ seed;
          await a.write(copy);
        }
      })().catch(() => {});
      void (async () => {
        for await (const chunk of a) await far.write(chunk);
      })().catch(() => {});
      const client = ssh(BOTH)(near, "client");
      const session = ssh(BOTH)(b, "server");
      await Promise.all([client.ready, session.ready]);
      const stream = await client.newStream();
      const there = await accept(session.listen());
      await client.ping();
      spoil = true;
      void stream.write(new Uint8Array(200_000));
      expect(await outcomes([digest(there), session.closed])).toEqual(["ERR_PROTOCOL", "ERR_PROTOCOL"]);
      near.reset();
      await Promise.all([client.close(), session.close()]);
    }
  });

  test("row 3: bytes one at a time give the same streams as whole chunks; ssh2 only needs the version string in two pieces", async () => {
    const [near, far] = memoryPair();
    const [a, b] = memoryPair();
    const ways = [
      [far, a],
      [a, far],
    ] as const;
    for (const [from, to] of ways) {
      void (async () => {
        let first = true;
        for await (const chunk of from) {
          const whole = first ? chunk.indexOf(10) + 1 : 0;
          first = false;
          if (whole > 0) await to.write(chunk.slice(0, whole));
          for (const byte of chunk.subarray(whole)) await to.write(Uint8Array.of(byte));
        }
      })().catch(() => {});
    }
    const client = ssh(BOTH)(near, "client");
    const server = ssh(BOTH)(b, "server");
    await Promise.all([client.ready, server.ready]);
    const stream = await client.newStream({ hello: "world" });
    void stream.write(new Uint8Array(3000).fill(7));
    void stream.close();
    const there = await accept(server.listen());
    expect(there.headers.get("hello")).toBe("world");
    expect((await digest(there)).size).toBe(3000);
    near.reset();
    b.reset();
    await Promise.all([client.close(), server.close()]);
  });

  test("row 3: control records in messages of one byte each, and two halves of two in one, are the same", async () => {
    const [peer, control] = await greeted();
    let heard = Buffer.alloc(0);
    control.on("data", (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
    });
    const pongs = Buffer.concat([record(PONG, 7), record(PONG, 8)]);
    const pings = Buffer.concat([record(PING, 7), record(PING, 8)]);
    for (const byte of pings) control.write(Uint8Array.of(byte));
    await until("both are answered", () => heard.subarray(-pongs.byteLength).equals(pongs));
    control.write(pings.subarray(0, 5));
    control.write(pings.subarray(5, 11));
    control.write(pings.subarray(11));
    const twice = Buffer.concat([pongs, pongs]);
    await until("both are answered again", () => heard.subarray(-twice.byteLength).equals(twice));
    await serves(peer, 1);
  });

  test("row 4: a packet that announces 4 GiB is refused at its header", async () => {
    const before = await bytesInUse();
    for (const length of [2 ** 32 - 1, 2 ** 24 - 1, 35_001]) {
      const [near, far] = memoryPair();
      const session = ssh(BOTH)(far, "server");
      await near.write(Buffer.concat([Buffer.from("SSH-2.0-Streams_1\r\n"), u32(length), new Uint8Array(KIB)]));
      expect(await failure(session)).toBe("ERR_PROTOCOL");
      near.reset();
      await session.close();
    }
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
  });

  test.each([
    ["SSH-1.5-old\r\n", /ERR_(PROTOCOL|WRONG_PROTOCOL|TIMEOUT)/],
    ["SSH-3.0-new\r\n", /ERR_(PROTOCOL|WRONG_PROTOCOL|TIMEOUT)/],
    ["\u0000\u0001garbage first\r\nSSH-2.0-Streams_1\r\n", /ERR_(WRONG_PROTOCOL|TIMEOUT)/],
    ["GET / HTTP/1.1\r\n\r\n", /ERR_WRONG_PROTOCOL/],
  ])("row 5: a peer that begins with %j is turned away, at the handshake limit at the latest", async (said, code) => {
    const [near, far] = memoryPair();
    const session = ssh({ ...BOTH, handshakeTimeout: 200 })(far, "server");
    await near.write(Buffer.from(said, "latin1"));
    expect(await failure(session)).toMatch(code);
    near.reset();
    await session.close();
  });

  test("row 5: a wrong message after the login ends the session or is answered as unknown", async () => {
    const [peer] = await greeted();
    peer.message(200, "x");
    peer.message(CHANNEL_OPEN, "what-is-this", 7, 1000, 1000);
    await serves(peer, 1);
    peer.message(CHANNEL_DATA, 2 ** 32 - 1, "x");
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
  });

  test.each<[string, Uint8Array]>([
    ["that is too short for its fields", record(PING, new Uint8Array(3))],
    ["that says hello a second time", record(HELLO, 1000)],
    ["of a credit of nothing", record(CREDIT, SENDERS, 1, 0)],
  ])("row 5: a control record %s ends the session", async (_, bytes) => {
    const [peer, control] = await greeted();
    control.write(bytes);
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
  });

  test("row 5: a control record before the hello ends the session", async () => {
    const peer = await peerOf();
    const control = await peer.control();
    control.write(record(PING, 7));
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
  });

  test("row 6: lengths of 2³¹ and records of 16 MiB inside a short payload end the session and cost no memory", async () => {
    const before = await bytesInUse();
    const acts: ((peer: SshPeer, control: Ssh2Channel) => unknown)[] = [
      (peer) => peer.message(CHANNEL_DATA, 0, 2 ** 31),
      (_, control) => control.write(Uint8Array.of(4, 255, 255, 255)),
      (peer) => peer.openRaw(9, 1, `h1.${Buffer.from([255, 255, 255, 255, 1]).toString("base64url")}`, 1),
    ];
    for (const act of acts) {
      const [peer, control] = await greeted();
      act(peer, control);
      expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
    }
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
  });

  test("row 7: 129 fields, or more bytes than the limit, are refused stream by stream and reach no handler", async () => {
    const [peer] = await greeted({ maxHeaderBytes: 2000 });
    let heard = 0;
    peer.session.listen(() => {
      heard += 1;
    });
    const any = { bytes: 1_000_000, fields: 1000 };
    const many = encodeHeaders(
      Array.from({ length: 129 }, (_, i): [string, string] => [`x${i}`, "y"]),
      any,
    );
    const large = encodeHeaders([["x", "y".repeat(3000)]], any);
    for (const [number, block] of [many, large].entries()) {
      const opening = peer.open(number + 1, `h1.${Buffer.from(block).toString("base64url")}`);
      await expect(opening).rejects.toThrow("Channel open failure");
    }
    expect([heard, peer.session.stats().streamsOpen]).toEqual([0, 0]);
    await serves(peer, 3);
  });

  test("row 9: one-byte messages among 32 KiB that are ignored, unread, keep no more than four windows in memory", async () => {
    const [peer, , channel, stream] = await oneStream({ window: 65_536 });
    const filler = new Uint8Array(30_000);
    const warm = await bytesInUse();
    await peer.flood(1500, (i) => {
      peer.message(CHANNEL_DATA, channel.outgoing.id, String.fromCharCode(i & 127));
      peer.message(IGNORE, u32(filler.byteLength), filler);
    });
    await until("all came", () => [...peer.session.stats().streams()][0]?.unread === 1500);
    expect((await bytesInUse()) - warm).toBeLessThan(4 * 65_536 + 2 * MIB);
    stream.reset();
  });

  test("row 10: a hello without a window, and a key exchange with nothing in common, end the session", async () => {
    const peer = await peerOf();
    const control = await peer.control();
    control.write(record(HELLO, 0));
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
    const [other] = await greeted();
    other.message(KEXINIT, new Uint8Array(16), "", "", "", "", "", "", "", "", "", "", Uint8Array.of(0), 0);
    expect(await failure(other.session)).toBe("ERR_PROTOCOL");
  });

  test("row 10: a peer that takes packets of 0 bytes does not make ssh2 cut for ever", async () => {
    const [peer] = await greeted();
    const listener = peer.session.listen();
    peer.message(CHANNEL_OPEN, "direct-tcpip", 9, 100_000, 0, "streams.invalid", 1, "h1.", 1);
    const stream = await accept(listener);
    const before = peer.session.stats().bytesOut;
    void stream.write(new Uint8Array(1000));
    await until("it left", () => peer.session.stats().bytesOut >= before + 1000);
    expect(peer.session.stats().bytesOut).toBeLessThan(before + 2000);
  });

  test("row 11: credit of more than 4 GiB ends the session and destroys the socket that the peer holds", async () => {
    const [near, far] = await socketPair();
    const conns = [fromDuplex(near), fromDuplex(far)] as const;
    const [peer, control] = await oneStream({ conns });
    control.write(record(CREDIT, SENDERS, 1, 2 ** 32 - 1));
    expect(await failure(peer.session)).toBe("ERR_FLOW_CONTROL");
    await until("the socket is gone", () => far.destroyed);
  });

  test("row 11: window adjustments beyond 4 GiB, which ssh2 adds up, harm nothing", async () => {
    const [peer] = await greeted();
    for (let i = 0; i < 10; i += 1) peer.message(CHANNEL_WINDOW_ADJUST, 0, 2 ** 32 - 1);
    await serves(peer, 1);
  });

  test("row 12: one byte more than the window ends the session, and the application never sees it", async () => {
    const [peer, , channel, stream] = await oneStream({ window: 1000 });
    peer.message(CHANNEL_DATA, channel.outgoing.id, "x".repeat(1000));
    peer.message(CHANNEL_DATA, channel.outgoing.id, "y");
    expect(await failure(peer.session)).toBe("ERR_FLOW_CONTROL");
    let read = 0;
    const error = await errorOf(
      (async () => {
        for await (const chunk of stream) read += chunk.byteLength;
      })(),
    );
    expect([read, error.code]).toEqual([1000, "ERR_FLOW_CONTROL"]);
  });

  test("row 12: a stock peer that ignores the window of an unread channel ends the session within a few windows", async () => {
    const peer = await peerOf({ ident: "stock" });
    const listener = peer.session.listen();
    const channel = peer.forward(80, "127.0.0.1", 1, "example");
    const stream = await accept(listener);
    const { outgoing } = await channel;
    const piece = "x".repeat(32_000);
    await peer.flood(1000, () => peer.message(CHANNEL_DATA, outgoing.id, piece));
    expect(await failure(peer.session)).toBe("ERR_FLOW_CONTROL");
    expect(peer.session.stats().bytesIn).toBeLessThan(20 * MIB);
    await outcomes([stream.closed]);
  });

  test("row 20: data on a channel that was never opened is dropped by ssh2; a stream with number 0 ends the session", async () => {
    const [peer] = await greeted();
    peer.message(CHANNEL_DATA, 77, "x");
    peer.message(CHANNEL_CLOSE, 78);
    await serves(peer, 1);
    peer.openRaw(9, 1, "h1.", 0);
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
  });

  test.each([
    ["used again", 5],
    ["smaller", 3],
  ])("row 21: a stream number that is %s ends the session", async (_, number) => {
    const [peer] = await greeted();
    peer.openRaw(9, 1, "h1.", 5);
    peer.openRaw(10, 1, "h1.", number);
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
    expect(peer.session.stats().streamsAccepted).toBe(0);
  });

  test("row 22: data after the end, and a second end, reach nobody: the application sees one end", async () => {
    const [peer, , channel, stream] = await oneStream();
    const { id } = channel.outgoing;
    peer.message(CHANNEL_DATA, id, "all");
    peer.message(CHANNEL_EOF, id);
    peer.message(CHANNEL_DATA, id, "more");
    peer.message(CHANNEL_EOF, id);
    expect((await digest(stream)).size).toBe(3);
    expect(await stream.read()).toBe(null);
    await serves(peer, 2);
  });

  test("row 23: credit after the end is ignored", async () => {
    const [peer, control, channel, stream] = await oneStream();
    peer.message(CHANNEL_EOF, channel.outgoing.id);
    expect(await stream.read()).toBe(null);
    await stream.close();
    await stream.closed;
    control.write(record(CREDIT, SENDERS, 1, 1000));
    peer.message(CHANNEL_WINDOW_ADJUST, channel.outgoing.id, 1000);
    await serves(peer, 2);
  });

  test("row 26: the last stream number opens, and after it none is higher", async () => {
    const [peer] = await greeted();
    const listener = peer.session.listen();
    peer.openRaw(9, 1, "h1.", 2 ** 32 - 1);
    expect((await accept(listener)).id).toBe("c4294967295");
    peer.openRaw(10, 1, "h1.", 1);
    expect(await failure(peer.session)).toBe("ERR_PROTOCOL");
  });

  test("row 24: pongs to nothing are ignored, and a ping is answered still", async () => {
    const [peer, control] = await greeted();
    for (let i = 0; i < 20; i += 1)
      control.write(Buffer.concat(Array.from({ length: 1000 }, (_, n) => record(PONG, n))));
    let heard = Buffer.alloc(0);
    control.on("data", (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
    });
    control.write(record(PING, 7));
    await until("it is answered", () => heard.subarray(-8).equals(record(PONG, 7)));
    await serves(peer, 1);
  });
});
