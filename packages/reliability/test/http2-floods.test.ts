// Peers that send much of what costs them little, built by hand: what a session of mux-http2 keeps stays bounded, and a flood ends it.

import { http2 } from "mux-http2";
import { fromDuplex } from "streams-core/node";
import { describe, expect, test } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import {
  bytes,
  data,
  frame,
  open,
  PREFACE,
  ping,
  reset,
  SETTINGS,
  settings,
  settingsAck,
  times,
  windowUpdate,
} from "../src/adapters/h2-frames.js";
import { bytesInUse } from "../src/adapters/process-watch.js";
import { connectOver } from "../src/adapters/public-rows.js";
import { socketPair } from "../src/adapters/sockets.js";
import { errorOf, turn, until } from "../src/adapters/streams.js";
import { failure, oneStream, peerOf } from "./tools/h2.js";

const KIB = 1024;
const MIB = 1024 * KIB;

describe("http2", () => {
  underWatch(() => connectOver(http2()));

  test("row 9: one-byte data frames in chunks of 64 KiB, unread, keep no more than four windows in memory", async () => {
    const [peer, stream] = await oneStream({ streamWindow: 65_536 });
    // From here on node:http2 holds what comes: the stream has read ahead as far as it does.
    await peer.say(times(4, () => data(1, new Uint8Array(16_384))));
    await until("it read ahead", () => [...peer.session.stats().streams()][0]?.unread === 65_536);
    const before = await bytesInUse();
    // What fills the chunks is of a type that nobody knows.
    const filler = times(3, () => frame(99, 0, 0, new Uint8Array(16_384)));
    for (let i = 0; i < 1000; i += 1) {
      await peer.say(data(1, [i & 255]), filler);
      if (i % 10 === 0) await turn();
    }
    await peer.session.ping();
    expect([...peer.session.stats().streams()][0]?.unread).toBe(65_536 + 1000);
    expect((await bytesInUse()) - before).toBeLessThan(4 * 65_536 + MIB);
    stream.reset();
  });

  test("row 13: a window increment of zero, on a stream or the session, ends the session at the first", async () => {
    for (const id of [0, 1]) {
      const peer = peerOf();
      void peer.say(
        open(1),
        times(100_000, () => windowUpdate(id, 0)),
      );
      expect(await failure(peer)).toBe("ERR_PROTOCOL");
    }
  });

  test("row 14: 100,000 empty data frames end the session with ERR_CALM", async () => {
    const [peer, stream] = await oneStream();
    void peer.say(times(100_000, () => data(1)));
    expect(await failure(peer, [stream])).toBe("ERR_CALM");
  });

  test("row 15: 100,000 frames for a closed stream are dropped and leave nothing; as many resets of it end the session", async () => {
    const [peer] = await oneStream();
    await peer.say(reset(1));
    const before = await bytesInUse();
    for (const what of [data(1, [1]), windowUpdate(1, 1)]) {
      for (let i = 0; i < 10; i += 1) await peer.say(times(5000, () => what));
    }
    await peer.session.ping();
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
    expect(peer.session.stats().streamsOpen).toBe(0);
    void peer.say(times(100_000, () => reset(1)));
    expect(await failure(peer)).toMatch(/^ERR_(PROTOCOL|CALM)$/);
  });

  test("row 24: answers that nobody asked for: pings and settings end the session, and open credit stays as it is", async () => {
    for (const answer of [ping(1, 1), settingsAck]) {
      const [peer, stream] = await oneStream();
      void peer.say(times(100_000, () => answer));
      expect(await failure(peer, [stream])).toBe("ERR_PROTOCOL");
    }
  });

  test.each([
    ["pings", (i: number) => ping(i)],
    ["settings", () => settings()],
  ])(
    "row 31: 100,000 %s of a peer that does not read end the session with ERR_CALM, with at most 1,000 answers kept",
    async (_, what) => {
      const [near, far] = await socketPair();
      const session = http2()(fromDuplex(far), "server");
      near.write(bytes(PREFACE, settings(), settingsAck));
      await session.ready;
      near.pause();
      const before = session.stats().bytesOut;
      near.write(times(100_000, what));
      expect((await errorOf(session.closed)).code).toBe("ERR_CALM");
      expect(session.stats().bytesOut - before).toBeLessThan(4 * MIB);
      near.destroy();
      await session.close();
      expect(far.destroyed).toBe(true);
    },
  );

  test("row 33: a peer that says nothing, or half a preface, or no settings, is cut off at the handshake limit", async () => {
    for (const said of [new Uint8Array(0), PREFACE.subarray(0, 12), PREFACE, bytes(PREFACE, [0, 0, 6, SETTINGS])]) {
      const [near, far] = await socketPair();
      const session = http2({ handshakeTimeout: 100 })(fromDuplex(far), "server");
      near.resume();
      near.write(said);
      expect((await errorOf(session.ready)).code).toBe("ERR_TIMEOUT");
      expect((await errorOf(session.closed)).code).toBe("ERR_TIMEOUT");
      await session.close();
      expect(far.destroyed).toBe(true);
      near.destroy();
    }
  });

  test("row 11: the socket is destroyed although the peer holds it open", async () => {
    const [near, far] = await socketPair();
    const session = http2()(fromDuplex(far), "server");
    near.write(bytes(PREFACE, settings(), settingsAck, windowUpdate(0, 2 ** 31 - 1)));
    expect((await errorOf(session.closed)).code).toBe("ERR_FLOW_CONTROL");
    await until("the socket is gone", () => far.destroyed);
    expect(near.destroyed).toBe(false);
    near.destroy();
  });
});
