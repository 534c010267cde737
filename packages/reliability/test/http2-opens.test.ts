// Peers that open streams without end, built by hand: a session of mux-http2 takes so many, refuses the rest, and ends when it is a flood.

import { http2 } from "mux-http2";
import { describe, expect, test } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import {
  bytes,
  DATA,
  data,
  END_HEADERS,
  END_STREAM,
  headers,
  open,
  RST_STREAM,
  request,
  reset,
  times,
  windowUpdate,
} from "../src/adapters/h2-frames.js";
import { bytesInUse } from "../src/adapters/process-watch.js";
import { connectOver } from "../src/adapters/public-rows.js";
import { turn, until } from "../src/adapters/streams.js";
import { failure, oneStream, peerOf } from "./tools/h2.js";

const KIB = 1024;
const MIB = 1024 * KIB;

describe("http2", () => {
  underWatch(() => connectOver(http2()));

  test("row 27: of 10,000 opens 128 wait and the rest are told REFUSED_STREAM, and an older stream still echoes", async () => {
    const [peer, older] = await oneStream();
    for (let batch = 0; batch < 50; batch += 1) {
      await peer.say(times(200, (i) => open(3 + 2 * (batch * 200 + i))));
      const due = Math.max(0, (batch + 1) * 200 - 128);
      await until(`${due} are refused`, () => peer.of(RST_STREAM).length === due);
    }
    expect(new Set(peer.of(RST_STREAM).map(({ body }) => body[3]))).toEqual(new Set([7]));
    expect(peer.session.stats().streamsOpen).toBe(129);
    await peer.say(data(1, [1]));
    const chunk = await older.read();
    await older.write(chunk ?? new Uint8Array(0));
    await until("it came back", () => peer.of(DATA, 1).length === 1);
    expect(peer.session.stats().streamsAccepted).toBe(1);
  });

  test("row 27: more streams at once than SETTINGS_MAX_CONCURRENT_STREAMS allows end the session, as node:http2 has it", async () => {
    const peer = peerOf();
    let running = 0;
    peer.session.listen(() => {
      running += 1;
      return new Promise(() => {});
    });
    void peer.say(times(10_000, (i) => open(1 + 2 * i)));
    await failure(peer);
    expect(running).toBeLessThanOrEqual(128);
  });

  test.each(["ours", "stock"] as const)(
    "row 28: 5,000 streams opened and reset by a peer that is %s end the session with ERR_CALM, and start no more than 128 handlers",
    async (greet) => {
      const peer = peerOf({ greet });
      let running = 0;
      let most = 0;
      peer.session.listen(async () => {
        most = Math.max(most, ++running);
        await peer.session.closed.catch(() => {});
        running -= 1;
      });
      void peer.say(times(5000, (i) => bytes(open(1 + 2 * i), reset(1 + 2 * i)))).catch(() => {});
      expect(await failure(peer)).toBe("ERR_CALM");
      expect(most).toBeLessThanOrEqual(128);
    },
  );

  test("row 28: streams opened and reset a few at a time end the session too, when they are too many a second", async () => {
    const peer = peerOf();
    const listener = peer.session.listen();
    void (async () => {
      for await (const stream of listener) void stream.closed;
    })();
    let over = false;
    void peer.session.closed.catch(() => {
      over = true;
    });
    for (let i = 0; i < 20_000 && !over; i += 1) {
      await peer.say(open(1 + 2 * i), reset(1 + 2 * i)).catch(() => {});
      await turn();
    }
    expect(await failure(peer)).toBe("ERR_CALM");
  });

  test("row 29: frames that make us reset streams, 20,000 of each, end the session, and no more than 128 handlers start", async () => {
    const provoking = [
      // More than was announced.
      (id: number) => bytes(headers(id, request([["content-length", "1"]])), data(id, [1, 2])),
      // A header that HTTP/2 does not allow.
      (id: number) => headers(id, request([["connection", "close"]])),
      // A stream that depends on itself, and data after the end.
      (id: number) => bytes(headers(id, request(), END_HEADERS | END_STREAM), data(id, [1])),
      (id: number) => bytes(open(id), windowUpdate(id, 2 ** 31 - 1)),
    ];
    for (const provoke of provoking) {
      const peer = peerOf();
      let running = 0;
      peer.session.listen(() => {
        running += 1;
        return new Promise(() => {});
      });
      let over = false;
      peer.session.closed.catch(() => {
        over = true;
      });
      for (let batch = 0; batch < 100 && !over; batch += 1) {
        await peer.say(times(200, (i) => provoke(1 + 2 * (batch * 200 + i)))).catch(() => {});
        await turn();
      }
      expect(await failure(peer)).toMatch(/^ERR_(PROTOCOL|CALM|FLOW_CONTROL)$/);
      expect(running).toBeLessThanOrEqual(128);
    }
  });

  test("row 30: 6,000 refused opens, paced, leave nothing in memory", async () => {
    const [peer] = await oneStream();
    await peer.say(times(128, (i) => open(3 + 2 * i)));
    let id = 259;
    const hundred = async (): Promise<void> => {
      const first = id;
      id += 200;
      await peer.say(times(100, (i) => open(first + 2 * i)));
      await until("they are refused", () => peer.of(RST_STREAM, id - 2).length === 1);
      peer.frames.length = 0;
    };
    for (let i = 0; i < 20; i += 1) await hundred();
    const before = await bytesInUse();
    for (let i = 0; i < 60; i += 1) await hundred();
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
    expect(peer.session.stats().streamsOpen).toBe(129);
  });
});
