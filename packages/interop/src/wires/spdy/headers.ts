// Headers of openings, of replies and of refusals, and what spdystream makes of them.

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { spdy } from "mux-spdy";
import { isStreamsError } from "streams-core";
import { theyEcho, weEcho } from "../../common/echo.js";
import { nextOf } from "../../common/link.js";
import type { Case } from "../../original.js";
import { within } from "../../within.js";

const SPDYSTREAM = ["moby/spdystream"];
/** What Go's decompressor gives out at a time, without the dictionary that it begins with. */
const WINDOW = 32768 - 1423;

export const headers: readonly Case[] = [
  {
    name: "headers of ours arrive whole, every value of a name apart",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const sent = new Headers({ streamtype: "data", port: "8080", latin1: "\u00e4", empty: "", "!path": "/x" });
      for (const value of ["a=1; Path=/", "b=2"]) sent.append("set-cookie", value);
      await session.newStream(sent);
      deepStrictEqual(await (await peer.accept()).do("headers"), {
        Streamtype: ["data"],
        Port: ["8080"],
        // JSON of a byte that is no UTF-8.
        Latin1: ["\ufffd"],
        Empty: [""],
        "Set-Cookie": ["a=1; Path=/", "b=2"],
        ":path": ["/x"],
      });
    },
  },
  {
    name: "headers of the peer's arrive whole, values of a name as one",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      await peer.open({ headers: { StreamType: ["data"], Several: ["a", "b"], Utf8: ["\u00e4"], Empty: [""] } });
      const { headers: got } = await nextOf(listener);
      const expected = { empty: "", several: "a, b", streamtype: "data", utf8: "\u00c3\u00a4" };
      deepStrictEqual(Object.fromEntries(got), expected);
    },
  },
  {
    name: "200 openings with 100 headers each share one compressed stream, in both directions",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session, peer } = await t.start();
      const listener = session.listen();
      const fields = Array.from({ length: 100 }, (_, i) => [`name-${i}`, `value ${i} `.repeat(i % 9)] as const);
      const expected = Object.fromEntries(new Headers(fields.map(([name, value]) => [name, value])));
      for (let i = 0; i < 200; i += 1) {
        const theirs = peer.open({
          headers: Object.fromEntries(fields.map(([name, value]) => [name, [value.trim()]])),
        });
        const [ours, there] = await Promise.all([session.newStream(expected), peer.accept(), theirs]);
        strictEqual(there.headers["Name-98"], expected["name-98"]);
        deepStrictEqual(Object.fromEntries((await nextOf(listener)).headers), expected);
        ours.reset();
      }
    },
  },
  {
    name: "the headers of the peer's reply arrive",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session } = await t.start({ config: { reply: { Answer: ["yes"], Several: ["a", "b"] } } });
      const stream = await session.newStream();
      deepStrictEqual(Object.fromEntries(await stream.opened), { answer: "yes", several: "a, b" });
    },
  },
  {
    name: "the headers of our reply cost the peer nothing: it drops them",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const listener = pair.session.listen(() => ({ accept: true, headers: { answer: "yes" } }));
      await pair.peer.open({ wait: true });
      await listener.close();
      await weEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "a stream that the peer refuses is retryable",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session } = await t.start({ config: { handler: "refuse" } });
      for (let i = 0; i < 11; i += 1) {
        const { opened } = await session.newStream();
        await rejects(opened, (error) => isStreamsError(error, "ERR_REFUSED") && error.retryable);
      }
    },
  },
  {
    name: "a stream that the peer ends in its reply was accepted, and has ended",
    originals: SPDYSTREAM,
    run: async (t) => {
      const { session } = await t.start({ config: { handler: "decline", reply: { Why: ["no"] } } });
      const stream = await session.newStream();
      strictEqual((await stream.opened).get("why"), "no");
      strictEqual(await stream.read(), null);
    },
  },
  {
    name: "headers that would end the peer's session are not sent",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      for (const name of ["connection", "host", "keep-alive", "proxy-connection", "transfer-encoding"]) {
        const refused = pair.session.newStream({ [name]: "x" });
        await rejects(refused, (error) => isStreamsError(error, "ERR_HEADERS_INVALID") && !error.remote);
      }
      await theyEcho(t, pair, 1, 1000);
    },
  },
  {
    name: "headers that end where Go's decompressor has filled its window do not end the session",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      // One header of a letter is 13 bytes and its value.
      for (const size of [16_000, WINDOW - 16_000]) {
        await pair.session.newStream({ h: "x".repeat(size - 13) });
        strictEqual((await within(pair.peer.accept(), 3000, "the stream")).headers.H?.length, size - 13);
      }
      await theyEcho(t, pair, 6, 1000);
    },
  },
  {
    name: "a refusal of ours costs the peer nothing although it does not wait for replies",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start();
      const refusing = pair.session.listen(() => ({ accept: false, headers: { why: "no" } }));
      for (let i = 0; i < 11; i += 1) await pair.peer.open();
      await pair.peer.ping();
      await refusing.close();
      await weEcho(t, pair, 11, 1000);
    },
  },
  {
    name: "a refusal by a reset alone is told to a peer that waits for replies",
    originals: SPDYSTREAM,
    run: async (t) => {
      const pair = await t.start({ mux: spdy({ signTimeout: 300, refusal: "reset" }) });
      const refusing = pair.session.listen(() => ({ accept: false }));
      for (let i = 0; i < 11; i += 1) await rejects(pair.peer.open({ wait: true }), /Stream reset/);
      await refusing.close();
      await weEcho(t, pair, 11, 1000);
    },
  },
];
