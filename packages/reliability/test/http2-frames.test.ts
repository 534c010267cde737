// What single frames do to a session of mux-http2, said by a peer that builds its frames by hand.

import { createRequire, syncBuiltinESMExports } from "node:module";
import { http2 } from "mux-http2";
import type { Stream } from "streams-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { underWatch } from "../src/adapters/guard.js";
import {
  bytes,
  CONTINUATION,
  continuation,
  DATA,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  headers,
  length7,
  literals,
  open,
  PING,
  PREFACE,
  ping,
  RST_STREAM,
  request,
  reset,
  response,
  SETTINGS,
  SIGN,
  settings,
  settingsAck,
  times,
  u32,
  WINDOW_UPDATE,
  windowUpdate,
} from "../src/adapters/h2-frames.js";
import { H2Peer, type H2PeerOptions } from "../src/adapters/h2-peer.js";
import { bytesInUse } from "../src/adapters/process-watch.js";
import { connectOver } from "../src/adapters/public-rows.js";
import { random } from "../src/adapters/random.js";
import { accept, digest, errorOf, outcomes, turn, until } from "../src/adapters/streams.js";
import { peerOf } from "./tools/h2.js";

/** A request that the server may open a stream of its own on. */
const PARK = literals([
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/.streams/park"],
  [":authority", "streams.invalid"],
]);
const KIB = 1024;
const MIB = 1024 * KIB;

/** What the session failed with after it was told so, and how many streams the application saw. */
async function verdict(said: readonly Uint8Array[], options: H2PeerOptions = {}): Promise<[string, number]> {
  const peer = peerOf(options);
  let seen = 0;
  void (async () => {
    for await (const _stream of peer.session.listen()) seen += 1;
  })();
  void peer.say(...said);
  const { code } = await errorOf(peer.session.closed);
  expect(peer.session.stats().streamsOpen).toBe(0);
  await peer.over;
  return [code, seen];
}

/** A session with one accepted stream, number 1. */
async function oneStream(options: H2PeerOptions = {}): Promise<[H2Peer, Stream]> {
  const peer = peerOf(options);
  void peer.say(open(1));
  return [peer, await accept(peer.session.listen())];
}

/** Whether the session still takes streams. */
async function serves(peer: H2Peer, id: number): Promise<void> {
  await peer.say(open(id));
  await until(`stream ${id} is answered`, () => peer.of(HEADERS, id).length + peer.of(RST_STREAM, id).length > 0);
  expect(peer.of(HEADERS, id)).toHaveLength(1);
}

describe("http2", () => {
  underWatch(() => connectOver(http2()));

  test("row 1: 150 random inputs, each from its seed, are a typed error or wait for more", async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 150; seed += 1) {
      const next = random(seed);
      const peer = new H2Peer({ greet: seed % 2 === 0 ? "ours" : "stock" });
      let code = "open";
      peer.session.closed.catch((error) => {
        code = error.code;
      });
      const noise = Uint8Array.from({ length: 1 + (next() % 400) }, () => next() & 255);
      await peer.say(seed % 3 === 0 ? noise : frame(next() % 10, next() & 255, next() % 4, noise));
      for (let i = 0; i < 4; i += 1) await turn();
      seen.add(code);
      await peer.end();
      expect(peer.session.stats().streamsOpen).toBe(0);
    }
    expect([...seen].filter((code) => !/^(open|ERR_PROTOCOL|ERR_FLOW_CONTROL|ERR_CALM)$/.test(code))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
  });

  test("row 1: 100 random answers to a stream of the server end that stream at most, typed", async () => {
    const peer = peerOf();
    await peer.session.ready;
    const codes: Promise<unknown>[] = [];
    for (let seed = 1; seed <= 100; seed += 1) {
      const next = random(seed);
      const id = 2 * seed - 1;
      await peer.say(headers(id, PARK));
      const stream = await peer.session.newStream();
      const noise = Uint8Array.from({ length: 1 + (next() % 60) }, () => next() & (seed % 2 === 0 ? 3 : 255));
      await until("it is open", () => peer.of(HEADERS, id).length === 1);
      await peer.say(data(id, noise, END_STREAM));
      codes.push(stream.opened, stream.closed);
      await turn();
      stream.reset();
    }
    const allowed = [
      "done",
      "ERR_RESET",
      "ERR_REFUSED",
      "ERR_PROTOCOL",
      "ERR_HEADERS_TOO_LARGE",
      "ERR_HEADERS_INVALID",
    ];
    expect((await outcomes(codes)).filter((code) => !allowed.includes(code))).toEqual([]);
    await peer.session.ping();
  });

  test("row 2: of 200 mutations of a trace none escapes, and nothing is delivered after an error", async () => {
    const trace = bytes(
      PREFACE,
      settings(SIGN),
      settingsAck,
      open(1),
      data(1, Buffer.alloc(100, 7)),
      data(1, [], END_STREAM),
    );
    const seen = new Set<string>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = random(seed);
      const mutated = trace.slice();
      for (let i = 0; i <= seed % 3; i += 1) mutated[next() % mutated.byteLength] = next() & 255;
      const peer = new H2Peer({ greet: "no" });
      let failed: string | undefined;
      peer.session.closed.catch((error) => {
        failed = error.code;
      });
      const streams: Stream[] = [];
      void (async () => {
        for await (const stream of peer.session.listen()) {
          expect(failed).toBe(undefined);
          streams.push(stream);
        }
      })();
      await peer.say(mutated);
      for (let i = 0; i < 4; i += 1) await turn();
      expect(streams.length).toBeLessThanOrEqual(1);
      const reading = streams.map(digest);
      const before = failed;
      await peer.end();
      for (const code of await outcomes(reading)) seen.add(code);
      if (before !== undefined) seen.add(before);
    }
    const allowed = [
      "done",
      "ERR_RESET",
      "ERR_TRANSPORT_LOST",
      "ERR_PROTOCOL",
      "ERR_FLOW_CONTROL",
      "ERR_CALM",
      "ERR_WRONG_PROTOCOL",
      "ERR_SESSION_CLOSED",
    ];
    expect([...seen].filter((code) => !allowed.includes(code))).toEqual([]);
  });

  test("row 3: a trace cut at every byte, and one byte at a time, gives the same events as uncut", async () => {
    const block = request([["hello", "world"]]);
    const rest = [data(1, Buffer.from("some ")), ping(7), data(1, Buffer.from("bytes"), END_STREAM)];
    const start = [PREFACE, settings(SIGN), settingsAck];
    const parts = [headers(1, block.subarray(0, 20), 0), continuation(1, block.subarray(20), END_HEADERS)];
    const trace = bytes(...start, ...parts, ...rest);
    // nghttp2 takes the head of a CONTINUATION that comes in nine pieces for a flood of them.
    const whole = bytes(...start, headers(1, block), ...rest);
    const events = async (cuts: readonly Uint8Array[]): Promise<string> => {
      const peer = new H2Peer({ greet: "no" });
      for (const cut of cuts) {
        await peer.say(cut);
        await turn();
      }
      const stream = await accept(peer.session.listen());
      const { size, hash } = await digest(stream);
      await stream.close();
      await until("it answered", () => peer.of(PING).length === 1 && peer.of(DATA, 1).length === 1);
      const answers = peer.frames.filter(({ type }) => type === HEADERS || type === PING || type === DATA);
      const text = [stream.headers.get("hello"), size, hash, answers.map(({ type, flags, id }) => [type, flags, id])];
      await peer.end();
      return JSON.stringify(text);
    };
    const uncut = await events([trace]);
    const cut: string[] = [];
    for (let at = 1; at < trace.byteLength; at += 1)
      cut.push(await events([trace.subarray(0, at), trace.subarray(at)]));
    cut.push(await events([whole]), await events(Array.from(whole, (byte) => Uint8Array.of(byte))));
    expect(new Set(cut)).toEqual(new Set([uncut]));
  });

  test("row 4: a frame that announces 2²⁴−1 bytes is refused at its header and ends the session, whatever its type", async () => {
    const kinds = [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION, 77];
    const before = await bytesInUse();
    const verdicts = await Promise.all(
      kinds.map((type) => verdict([frame(type, 0, 1, new Uint8Array(KIB), 2 ** 24 - 1)])),
    );
    expect(new Set(verdicts.map(([code]) => code))).toEqual(new Set(["ERR_PROTOCOL"]));
    expect((await bytesInUse()) - before).toBeLessThan(MIB);
  });

  test("row 5: wrong lengths, streams and types of frames end the session, and unknown types are skipped", async () => {
    const bad = [
      data(0, [1]),
      frame(SETTINGS, 0, 1),
      frame(SETTINGS, 0, 0, [0, 0, 0, 0, 0]),
      frame(SETTINGS, 1, 0, [0, 0, 0, 0, 0, 0]),
      frame(PING, 0, 0, [0, 0, 0, 0]),
      frame(PING, 0, 1, new Uint8Array(8)),
      frame(RST_STREAM, 0, 0, u32(8)),
      frame(GOAWAY, 0, 1, new Uint8Array(8)),
      frame(WINDOW_UPDATE, 0, 0, [1]),
      headers(0, request()),
      continuation(1, request(), END_HEADERS),
      bytes(headers(1, request(), 0), data(1)),
      bytes(open(1), frame(5, END_HEADERS, 1, bytes(u32(2), request()))),
    ];
    const verdicts = await Promise.all(bad.map((said) => verdict([said])));
    expect(verdicts.map(([code]) => code)).toEqual(bad.map(() => "ERR_PROTOCOL"));
    const peer = peerOf();
    peer.session.listen(() => {});
    await peer.say(frame(200, 255, 0, [1, 2, 3]), frame(99, 0, 7, new Uint8Array(16_384)));
    await serves(peer, 1);
  });

  test("row 6: lengths of 2³¹ inside a short payload are an error and no memory", async () => {
    const before = await bytesInUse();
    const huge = bytes([0], length7(2 ** 31), [65]);
    const bad = [headers(1, bytes(request(), huge)), bytes(open(1), frame(DATA, 8, 1, [255, 1]))];
    const verdicts = await Promise.all(bad.map((said) => verdict([said])));
    expect(verdicts.map(([code]) => code)).toEqual(["ERR_PROTOCOL", "ERR_PROTOCOL"]);
    const peer = peerOf();
    await peer.session.ready;
    await peer.say(headers(1, PARK));
    const stream = await peer.session.newStream();
    await until("it is open", () => peer.of(HEADERS, 1).length === 1);
    await peer.say(data(1, [1, 0, 0, 0, 0, 255, 255, 255, 255, 1, 2]));
    expect((await errorOf(stream.opened)).code).toBe("ERR_PROTOCOL");
    expect((await bytesInUse()) - before).toBeLessThan(2 * MIB);
  });

  test("row 7: a header bomb, and 145 fields, are refused stream by stream before they are anywhere in memory", async () => {
    const peer = peerOf();
    const heard: number[] = [];
    peer.session.listen((sent) => void heard.push([...sent].length));
    const before = await bytesInUse();
    // One large field goes into the table of RFC 7541 and is named 12,000 times by one byte each.
    const large = bytes([0x40], length7(1), [120], length7(4000), Buffer.alloc(4000, 97));
    await peer.say(headers(1, bytes(request(), large, Buffer.alloc(12_000, 0x80 | 62))));
    const fields = Array.from({ length: 145 }, (_, i): [string, string] => [`x${i}`, "y"]);
    await peer.say(headers(3, request(fields)));
    await until("both are reset", () => peer.of(RST_STREAM).length === 2);
    expect((await bytesInUse()) - before).toBeLessThan(MIB);
    expect(heard).toEqual([]);
    await serves(peer, 5);
    expect(heard).toEqual([0]);
  });

  test("row 8: headers in endless fragments, and in empty ones, end the session with ERR_CALM", async () => {
    const filled = times(1000, (i) => continuation(1, literals([[`x${i}`, "y".repeat(1000)]])));
    const empty = times(10_000, () => continuation(1, []));
    for (const flood of [filled, empty]) {
      expect(await verdict([headers(1, request(), 0), flood])).toEqual(["ERR_CALM", 0]);
    }
  });

  test("row 10: settings that no peer may send end the session", async () => {
    const bad = [
      settings([4, 2 ** 31]),
      settings([5, 0]),
      settings([5, 16_383]),
      settings([5, 2 ** 24]),
      settings([2, 2]),
    ];
    const verdicts = await Promise.all(bad.map((said) => verdict([said])));
    expect(verdicts.map(([code]) => code)).toEqual(["ERR_FLOW_CONTROL", ...Array(4).fill("ERR_PROTOCOL")]);
  });

  test("row 11: a window over 2³¹−1, of a stream or of the session, ends the session and its connection", async () => {
    expect((await verdict([windowUpdate(0, 2 ** 31 - 1)]))[0]).toBe("ERR_FLOW_CONTROL");
    expect((await verdict([open(1), windowUpdate(1, 2 ** 31 - 1)]))[0]).toBe("ERR_FLOW_CONTROL");
  });

  test("row 12: more than the window ends the stream, or from Node 22 on the session, and in one go with the open nobody sees it", async () => {
    const over = times(16, () => data(1, new Uint8Array(16_384)));
    const unseen = peerOf({ streamWindow: 65_535 });
    let seen = 0;
    unseen.session.listen(() => {
      seen += 1;
    });
    const ended = unseen.session.closed.catch(({ code }) => code);
    await unseen.session.ready;
    await turn();
    await unseen.say(open(1), over);
    const told = until("it is reset", () => unseen.of(RST_STREAM, 1).length === 1).then(() => "reset");
    expect(await Promise.race([ended, told.catch(() => "late")])).toMatch(/^(reset|ERR_PROTOCOL|ERR_FLOW_CONTROL)$/);
    expect([seen, unseen.session.stats().streamsOpen]).toEqual([0, 0]);
    // Unread, so that the credit runs out.
    const [peer, stream] = await oneStream({ streamWindow: 65_535 });
    await peer.say(over);
    expect((await errorOf(stream.closed)).code).toMatch(/^ERR_(RESET|PROTOCOL|FLOW_CONTROL)$/);
    expect((await digest(stream).catch(() => ({ size: -1 }))).size).toBe(-1);
  });

  test("row 20: data on a stream that was never opened, and an open with an even number, end the session", async () => {
    const bad = [data(5, [1]), open(2), reset(5), windowUpdate(5, 1)];
    const verdicts = await Promise.all(bad.map((said) => verdict([said])));
    expect(verdicts).toEqual(bad.map(() => ["ERR_PROTOCOL", 0]));
  });

  test("row 21: a number used again ends the session, and a lower one is dropped by node:http2; neither reaches a stream", async () => {
    const [peer, first] = await oneStream();
    await peer.say(data(1, Buffer.from("one"), END_STREAM));
    void peer.say(open(1));
    expect((await errorOf(peer.session.closed)).code).toBe("ERR_PROTOCOL");
    expect((await digest(first).catch(() => ({ size: 3 }))).size).toBe(3);
    const lower = peerOf();
    const heard: string[] = [];
    lower.session.listen((sent) => void heard.push(sent.get("n") ?? ""));
    await lower.say(headers(5, request([["n", "5"]])), headers(3, request([["n", "3"]])));
    await serves(lower, 7);
    expect(heard).toEqual(["5", ""]);
  });

  test("row 22: data after the end ends the session; an end after a reset is ignored; the application sees one end", async () => {
    const again = async (more: Uint8Array): Promise<void> => {
      const [peer, stream] = await oneStream();
      await peer.say(data(1, Buffer.from("all"), END_STREAM));
      expect((await stream.read())?.byteLength).toBe(3);
      expect(await stream.read()).toBe(null);
      void peer.say(more);
      expect((await errorOf(peer.session.closed)).code).toBe("ERR_PROTOCOL");
      expect(await stream.read()).toBe(null);
    };
    await Promise.all([again(data(1, [9])), again(data(1, [], END_STREAM))]);
    const [peer, stream] = await oneStream();
    await peer.say(reset(1), data(1, [], END_STREAM));
    expect((await errorOf(stream.read())).code).toBe("ERR_RESET");
    await peer.session.ping();
  });

  test("row 23: credit for a stream that the peer has ended is taken, and after its end ignored", async () => {
    const [peer, stream] = await oneStream();
    await peer.say(data(1, [], END_STREAM), windowUpdate(1, 100));
    expect(await stream.read()).toBe(null);
    await stream.close();
    await stream.closed;
    await peer.say(windowUpdate(1, 100));
    await peer.session.ping();
  });

  test("row 26: a client opens its last stream, the next is ERR_STREAMS_EXHAUSTED, and those that are open live on", async () => {
    const builtin = createRequire(import.meta.url)("node:http2");
    const { connect } = builtin;
    // Two numbers before the last.
    builtin.connect = (...parameters: unknown[]) => {
      const session = connect(...parameters);
      session.setNextStreamID(2 ** 31 - 3);
      return session;
    };
    syncBuiltinESMExports();
    onTestFinished(() => {
      builtin.connect = connect;
      syncBuiltinESMExports();
    });
    const peer = peerOf({ role: "client", greet: "stock" });
    await peer.session.ready;
    const [one, last] = [await peer.session.newStream(), await peer.session.newStream()];
    expect([one.id, last.id]).toEqual(["2147483645", "2147483647"]);
    const error = await errorOf(peer.session.newStream());
    expect(error).toMatchObject({ code: "ERR_STREAMS_EXHAUSTED", retryable: true });
    await until("both are on the wire", () => peer.of(HEADERS).length === 2);
    for (const stream of [one, last]) {
      await peer.say(headers(Number(stream.id), response), data(Number(stream.id), [7]));
      expect(await stream.read()).toEqual(expect.objectContaining({ byteLength: 1 }));
    }
  });

  test("row 26: the last stream number that a client can open is taken, and the streams before it live on", async () => {
    const [peer, first] = await oneStream();
    await peer.say(open(2 ** 31 - 1));
    await until("it came", () => peer.session.stats().streamsOpen === 2);
    await peer.say(data(1, [1]));
    expect((await first.read())?.byteLength).toBe(1);
    expect(peer.session.stats().streamsOpen).toBe(2);
  });
});
