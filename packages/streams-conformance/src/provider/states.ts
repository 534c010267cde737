// Streams in every state at once, for what the end of a session does to each.

import type { ErrorCode, Listener, Stream } from "streams-core";
import { check, checkError, checkPrefix, equal } from "../tools/assert.js";
import { bytes, pattern, text } from "../tools/bytes.js";
import { flood } from "../tools/index.js";
import type { ProviderScene, Session } from "./scene.js";

interface Held {
  readonly state: string;
  readonly stream: Stream;
  /** What the peer wrote that has not been read here. */
  readonly unread: Uint8Array;
  /** Operations that waited when the session ended. */
  readonly waiting: readonly Promise<unknown>[];
  /** The peer's end was read here already. */
  readonly readEnd?: boolean;
}

/** The streams at one end of the session. */
export interface Side {
  readonly live: Held[];
  readonly finished: Stream[];
}

export interface States {
  readonly opener: Side;
  readonly accepter: Side;
  readonly listener: Listener;
}

const NONE = new Uint8Array(0);

export async function everyState(t: ProviderScene, { opener, accepter }: Session): Promise<States> {
  const listener = accepter.listen();
  const near: Side = { live: [], finished: [] };
  const far: Side = { live: [], finished: [] };
  const connect = (): Promise<[Stream, Stream]> => t.connect(opener, listener);

  const [doneNear, doneFar] = await connect();
  await Promise.all([t.close(doneNear), t.close(doneFar), t.ended(doneNear), t.ended(doneFar)]);
  await t.within("closed of a finished stream", Promise.all([doneNear.closed, doneFar.closed]));
  near.finished.push(doneNear);
  far.finished.push(doneFar);

  if (t.features.halfClose) {
    const [ended, reader] = await connect();
    await t.close(ended);
    await t.ended(reader);
    near.live.push({ state: "closed by this end", stream: ended, unread: NONE, waiting: [ended.read()] });
    far.live.push({ state: "closed by the peer", stream: reader, unread: NONE, waiting: [], readEnd: true });
  }

  const [sender, holder] = await connect();
  void sender.write(bytes("unread"));
  near.live.push({ state: "with bytes the peer has not read", stream: sender, unread: NONE, waiting: [sender.read()] });
  far.live.push({ state: "with unread bytes", stream: holder, unread: bytes("unread"), waiting: [] });

  const [idleNear, idleFar] = await connect();
  await t.alive(idleNear, idleFar);
  near.live.push({ state: "idle", stream: idleNear, unread: NONE, waiting: [idleNear.read()] });
  far.live.push({ state: "idle", stream: idleFar, unread: NONE, waiting: [idleFar.read()] });

  if (t.features.flowControl === "stream") {
    const [full, unread] = await connect();
    const sent = pattern(t.limits.unread + 64 * 1024);
    const last = flood(full, sent).at(-1);
    check(last !== undefined, "there is a last write");
    near.live.push({ state: "with a write that waits", stream: full, unread: NONE, waiting: [last, full.read()] });
    far.live.push({ state: "with as much unread as fits", stream: unread, unread: sent, waiting: [] });
  }

  const untaken = await t.newStream(opener);
  near.live.push({ state: "not accepted", stream: untaken, unread: NONE, waiting: [untaken.read()] });
  return { opener: near, accepter: far, listener };
}

export interface Ending {
  readonly code: ErrorCode;
  readonly remote?: boolean;
}

/** Fails unless every stream of the side ended as it must, and finished ones stay as they were. */
export async function checkEnded(t: ProviderScene, side: Side, { code, remote }: Ending): Promise<void> {
  const details = remote === undefined ? {} : { remote };
  for (const { state, stream, unread, waiting, readEnd } of side.live) {
    const what = (operation: string): string => `${operation} of a stream ${state}`;
    // A stream that was not accepted may be refused as well, which says more: that it is safe to retry.
    const codes: readonly ErrorCode[] = state === "not accepted" ? [code, "ERR_REFUSED"] : [code];
    const expect = state === "not accepted" ? {} : details;
    for (const operation of waiting) await t.rejects(what("what waited"), operation, codes, expect);
    await t.rejects(what("closed"), stream.closed, codes, expect);
    if (state === "not accepted") {
      // Where nothing says that a stream was accepted, it may count as accepted once its opening was sent.
      const opened = t.features.headers === "none" ? stream.opened.then(() => stream.closed) : stream.opened;
      await t.rejects(what("opened"), opened, codes, expect);
    }
    const { bytes: received, clean, error } = await t.drain(stream);
    checkPrefix(received, unread, what("bytes read"));
    equal(clean, readEnd === true, what("a clean end"));
    if (!clean) checkError(error, codes, what("read"), expect);
    if (state !== "closed by this end") await t.rejects(what("write"), stream.write(bytes("x")), codes, expect);
    stream.reset();
  }
  for (const stream of side.finished) {
    await t.within("closed of a finished stream", stream.closed);
    equal(text(await t.readAll(stream)), "", "bytes of a finished stream");
  }
}
