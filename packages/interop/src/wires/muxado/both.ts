// What streams and sessions of both versions of muxado do alike.

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readAll, seeded, writeSeeded } from "../../bytes.js";
import { theyEcho } from "../../common/echo.js";
import { type Link, linked } from "../../common/link.js";
import type { Case, Pair, Trial } from "../../original.js";
import { saw, whole } from "../../whole.js";

const MiB = 1024 * 1024;
const STREAM_CLOSED = 4;

export const closedTwice: Case = {
  name: "the peer's CloseWrite and then its Close are two ends on the wire, and one to us",
  run: async (t) => {
    const pair = await t.start();
    const { ours, theirs } = await linked(t, pair, "us");
    await theirs.write(1000, 1);
    await theirs.closeWrite();
    whole(await readAll(ours), seeded(1, 1000), "what the peer wrote");
    await theirs.close();
    await theyEcho(t, pair, 1, 1000);
    await ours.close();
    await ours.closed;
  },
};

export const closedWhileWeWrite: Case = {
  name: "the peer's Close while we still write resets the stream, with code 4",
  run: async (t) => {
    const pair = await t.start();
    const { ours, theirs } = await linked(t, pair, "us");
    await theirs.close();
    await rejects(writeSeeded(ours, 8 * MiB, 1), { code: "ERR_RESET", remote: true, resetCode: STREAM_CLOSED });
    await theyEcho(t, pair, 1, 1000);
  },
};

export const readBeforeReset = (code: number): Case => ({
  name: `what arrived before our reset(${code}) can be read, then the peer sees code ${code}`,
  run: async (t) => {
    const pair = await t.start();
    const { ours, theirs } = await linked(t, pair, "us");
    await writeSeeded(ours, 1000, 1);
    while ([...pair.session.stats().streams()].some(({ unsent }) => unsent > 0)) await theyEcho(t, pair, 1, 1);
    ours.reset(code);
    await theyEcho(t, pair, 1, 1);
    const seen = await theirs.read();
    strictEqual(seen.length, 1000);
    saw(seen, { code }, "our reset");
  },
});

export const closedByPeer: Case = {
  name: "the peer's Close ends ours cleanly, and its streams with a reason",
  run: async (t) => {
    const pair = await t.start();
    const { ours } = await linked(t, pair, "us");
    await pair.peer.close();
    await rejects(ours.read(), { code: "ERR_SESSION_CLOSED", remote: true });
    deepStrictEqual(await pair.session.closed, { code: 0, reason: "", remote: true });
  },
};

/** The peer's GOAWAY ends no stream, and keeps us from opening others. */
export async function peerGoesAway(t: Trial, pair: Pair): Promise<void> {
  const link = await linked(t, pair, "us");
  await pair.peer.goAway();
  await echoed(link, 100_000);
  await rejects(pair.session.newStream(), { code: "ERR_SESSION_DRAINING", retryable: true });
}

/** Our close fails the streams. Returns the text that the peer's Wait tells then. */
export async function ourClose(t: Trial, pair: Pair): Promise<string> {
  const { theirs } = await linked(t, pair, "peer");
  const seen = theirs.read();
  await pair.session.close({ code: 77, reason: "bye" });
  strictEqual((await seen).end, false, "an error and no end");
  const { debug } = Object(await pair.peer.do("wait"));
  return String(debug);
}

/** A stream that is open carries bytes both ways, to both its ends. */
export async function echoed({ ours, theirs }: Link, length: number): Promise<void> {
  const back = readAll(ours);
  const echoing = theirs.echo();
  await writeSeeded(ours, length, 4);
  await ours.close();
  whole(await back, seeded(4, length), "a stream that was open");
  await echoing;
}
