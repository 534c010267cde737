// Peers that send much of what costs them little, by an ssh2 client that is misused: what a session of mux-ssh keeps stays bounded.

import { ssh } from "mux-ssh";
import { fromDuplex } from "streams-core/node";
import { describe, expect, test } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import { bytesInUse } from "../src/adapters/process-watch.js";
import { connectOver } from "../src/adapters/public-rows.js";
import { socketPair } from "../src/adapters/sockets.js";
import {
  BOTH,
  CHANNEL_CLOSE,
  CHANNEL_DATA,
  CHANNEL_OPEN,
  CHANNEL_REQUEST,
  CHANNEL_WINDOW_ADJUST,
  CREDIT,
  GLOBAL_REQUEST,
  PING,
  RESET,
  record,
  SENDERS,
  type SshPeer,
  u32,
} from "../src/adapters/ssh-peer.js";
import { accept, echo, errorOf, outcomes, until } from "../src/adapters/streams.js";
import { greeted, peerOf } from "./tools/ssh.js";

const MIB = 1024 * 1024;
const REQUEST_SUCCESS = 81;
const CHANNEL_SUCCESS = 99;

async function failure(peer: SshPeer): Promise<string> {
  const { code } = await errorOf(peer.session.closed);
  expect(peer.session.stats().streamsOpen).toBe(0);
  return code;
}

describe("ssh", () => {
  underWatch(() => connectOver(ssh(BOTH)));

  test.each([
    ["13", "window adjustments of zero", (peer: SshPeer, id: number) => peer.message(CHANNEL_WINDOW_ADJUST, id, 0)],
    ["14", "empty data messages", (peer: SshPeer, id: number) => peer.message(CHANNEL_DATA, id, "")],
    ["15", "messages for a channel that is over", (peer: SshPeer) => peer.message(CHANNEL_DATA, 4000, "x")],
    ["24", "answers to no request", (peer: SshPeer) => peer.message(REQUEST_SUCCESS)],
    ["24", "answers to no channel request", (peer: SshPeer, id: number) => peer.message(CHANNEL_SUCCESS, id)],
  ])(
    "row %s: 5,000 %s, which ssh2 tells nobody of, leave nothing, and the stream beside them echoes",
    async (_, __, act) => {
      const [peer] = await greeted();
      const listener = peer.session.listen();
      const channel = await peer.open(1);
      void echo(await accept(listener)).catch(() => {});
      const before = await bytesInUse();
      await peer.flood(5000, () => act(peer, channel.outgoing.id));
      const back = new Promise((resolve) => channel.once("data", resolve));
      channel.write("x");
      await back;
      expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
      expect(peer.session.stats().streamsOpen).toBe(1);
    },
  );

  test("row 15: credit for streams that are over is ignored, and 2,000 resets of them are ERR_CALM", async () => {
    const [peer, control] = await greeted();
    for (let i = 0; i < 10_000; i += 100) {
      control.write(Buffer.concat(Array.from({ length: 100 }, (_, n) => record(CREDIT, SENDERS, i + n, 1))));
    }
    const [before] = await outcomes([peer.open(1)]);
    expect(before).toBe("done");
    control.write(Buffer.concat(Array.from({ length: 2000 }, (_, n) => record(RESET, SENDERS, n, new Uint8Array(5)))));
    expect(await failure(peer)).toBe("ERR_CALM");
  });

  test.each(["ours", "stock"] as const)(
    "row 27: of 3,000 channels that a peer that is %s opens and nobody accepts 128 wait, and an older stream echoes",
    async (ident) => {
      const [peer] = ident === "ours" ? await greeted() : [await peerOf({ ident })];
      const listener = peer.session.listen();
      const host = ident === "ours" ? "streams.invalid" : "example";
      const opening = peer.forward(1, "h1.", 1, host);
      const older = await accept(listener);
      void echo(older).catch(() => {});
      const channel = await opening;
      await peer.flood(3000, (i) => peer.openRaw(1000 + i, 1, "h1.", 2 + i, host));
      const back = new Promise((resolve) => channel.once("data", resolve));
      channel.write("x");
      await back;
      expect(peer.session.stats().streamsOpen).toBe(ident === "ours" ? 129 : 1);
      let waiting = 0;
      while (waiting < 128 && (await listener.accept()) !== null) waiting += 1;
      expect([waiting, peer.session.stats().streamsAccepted]).toEqual([128, 129]);
      const [more] = await Promise.race([outcomes([listener.accept()]), peer.session.close().then(() => ["closed"])]);
      expect(more).toMatch(/closed|done/);
    },
  );

  test.each(["ours", "stock"] as const)(
    "row 28: channels opened and closed at once by a peer that is %s are ERR_CALM, and start no more than 128 handlers",
    async (ident) => {
      const [peer] = ident === "ours" ? await greeted() : [await peerOf({ ident })];
      const host = ident === "ours" ? "streams.invalid" : "example";
      let running = 0;
      let most = 0;
      const accepting = async (): Promise<void> => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running -= 1;
      };
      const listener = peer.session.listen(accepting);
      void (async () => {
        for await (const stream of listener) void stream.closed;
      })();
      const first = ident === "ours" ? 1 : 0;
      await peer.flood(20_000, (i) => {
        peer.openRaw(1000 + i, 1, "h1.", 1 + i, host);
        peer.message(CHANNEL_CLOSE, first + i);
      });
      expect(await failure(peer)).toBe("ERR_CALM");
      expect(most).toBeLessThanOrEqual(128);
    },
  );

  test("row 28: streams opened and reset as our own kind does are ERR_CALM", async () => {
    const [peer, control] = await greeted();
    peer.session.listen(() => {});
    await peer.flood(5000, (i) => {
      peer.openRaw(1000 + i, 1, "h1.", 1 + i);
      control.write(record(RESET, SENDERS, 1 + i, new Uint8Array(5)));
      peer.message(CHANNEL_CLOSE, 1 + i);
    });
    expect(await failure(peer)).toBe("ERR_CALM");
  });

  test("row 29: 1,500 opens whose headers are too large are refused, and start no handler", async () => {
    const [peer] = await greeted({ maxHeaderBytes: 64 });
    let running = 0;
    peer.session.listen(() => {
      running += 1;
    });
    const origin = `h1.${Buffer.alloc(300).toString("base64url")}`;
    await peer.flood(1500, (i) => peer.openRaw(1000 + i, 1, origin, 1 + i));
    const [end] = await Promise.race([outcomes([peer.session.closed]), peer.open(5000).then(() => ["serves"])]);
    expect(["serves", "ERR_PROTOCOL"]).toContain(end);
    expect(running).toBeLessThanOrEqual(1);
  });

  test("row 31: 400,000 pings of a peer that does not read end the session with ERR_CALM", async () => {
    const [near, far] = await socketPair();
    const [peer, control] = await greeted({ conns: [fromDuplex(near), fromDuplex(far)] });
    near.pause();
    const pings = Buffer.concat(Array.from({ length: 2000 }, (_, n) => record(PING, n)));
    // ssh2 puts no channel's window into the way of a message.
    await peer.flood(200, () => peer.message(CHANNEL_DATA, control.outgoing.id, u32(pings.byteLength), pings));
    expect(await failure(peer)).toBe("ERR_CALM");
    expect(peer.session.stats().bytesOut).toBeLessThan(16 * MIB);
    await until("the socket is gone", () => far.destroyed);
    near.destroy();
  });

  test("row 31: 6,000 global and channel requests that want a reply are answered and leave nothing", async () => {
    const peer = await peerOf({ ident: "stock" });
    peer.message(CHANNEL_OPEN, "session", 5000, 1000, 1000);
    const wantsReply = Uint8Array.of(1);
    const before = await bytesInUse();
    await peer.flood(3000, (i) => {
      peer.message(GLOBAL_REQUEST, "keepalive@openssh.com", wantsReply);
      peer.message(CHANNEL_REQUEST, 0, "env", wantsReply, `NAME${i}`, "value");
    });
    await until("they are answered", () => peer.session.stats().bytesOut > 3000 * 36);
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
    await peer.session.ready;
  });

  test.each([
    ["nothing", ""],
    ["half a version string", "SSH-2.0-Stre"],
    ["a version string and no more", "SSH-2.0-Streams_1\r\n"],
  ])("row 33: a peer that says %s is cut off at the handshake limit", async (_, said) => {
    const [near, far] = await socketPair();
    const session = ssh({ ...BOTH, handshakeTimeout: 100 })(fromDuplex(far), "server");
    near.resume();
    near.write(said);
    const error = await errorOf(session.ready);
    expect(["ERR_TIMEOUT", "ERR_WRONG_PROTOCOL"]).toContain(error.code);
    expect(await errorOf(session.closed)).toBe(error);
    await session.close();
    await until("the socket is gone", () => far.destroyed);
    near.destroy();
  });
});
