// The windows of version 2: totals modulo 2^32, of which each UPD names two.

import { Output, SYN } from "mux-engine";
import { describe, expect, test } from "vitest";
import type { SmuxCodec } from "../src/codec.js";
import { codec, framesIn, noting } from "./tools/codec.js";
import { bytes, framesOf } from "./tools/frames.js";
import { RawPeer } from "./tools/peer.js";

const { syn, psh, upd } = framesOf(2);
const KiB = 1024;
const WINDOW = 256 * KiB;
const FULL = 0xffff;

/** Writes the heads of frames for so many bytes. */
function send(wire: SmuxCodec, id: number, length: number): void {
  const out = new Output();
  for (let rest = length; rest > 0; rest -= FULL) {
    wire.data(out, id, Math.min(rest, FULL), 0);
    out.take();
  }
}

/** A stream of ours, what the codec has told of it, and a way for the peer to speak. */
function opened(): { wire: SmuxCodec; told: string[]; say(bytes: Uint8Array): void } {
  const wire = codec(2, "client");
  const told: string[] = [];
  const sink = noting(told);
  wire.data(new Output(), 3, 0, SYN);
  const say = (piece: Uint8Array): void => wire.receive(piece, sink);
  say(framesOf(2).nop());
  told.length = 0;
  return { wire, told, say };
}

describe("what this end may send", () => {
  test("the first UPD takes back what the peer's real window is smaller", () => {
    const { wire, told, say } = opened();
    send(wire, 3, 100);
    say(upd(3, 5, 64 * KiB));
    expect(told).toEqual([`credit 3 ${5 + 64 * KiB - WINDOW}`]);
  });

  test("each further one gives what was consumed since, and what the window has grown", () => {
    const { wire, told, say } = opened();
    send(wire, 3, 200 * KiB);
    say(bytes(upd(3, 0, WINDOW), upd(3, 1000, WINDOW), upd(3, 3000, WINDOW + 7), upd(3, 3000, WINDOW)));
    expect(told).toEqual(["credit 3 0", "credit 3 1000", "credit 3 2007", "credit 3 -7"]);
  });

  test("row 13: totals of more than 4 GiB wrap around", () => {
    const { wire, told, say } = opened();
    const near = 2 ** 32 - 100;
    send(wire, 3, near);
    say(upd(3, near, WINDOW));
    send(wire, 3, 300);
    say(upd(3, 200, WINDOW));
    send(wire, 3, 2 ** 32);
    say(upd(3, 150, WINDOW));
    expect(told).toEqual([`credit 3 ${near}`, "credit 3 300", `credit 3 ${2 ** 32 - 50}`]);
  });

  test("row 13: a peer that says it consumed more than it was sent gets ERR_FLOW_CONTROL", () => {
    const { wire, say } = opened();
    send(wire, 3, 10);
    say(upd(3, 10, WINDOW));
    expect(() => say(upd(3, 11, WINDOW))).toThrow(/consumed 11 bytes .* of 10/);
  });

  test("row 13: a window of 2^31 or more is none", () => {
    const { say } = opened();
    say(upd(3, 0, 2 ** 31 - 1));
    expect(() => say(upd(3, 0, 2 ** 31))).toThrow(expect.objectContaining({ code: "ERR_FLOW_CONTROL" }));
  });
});

describe("what the peer may send", () => {
  test("the window stays what it was at first while all that comes is consumed", () => {
    const { wire, say } = opened();
    say(psh(3, "x".repeat(1000)));
    expect(framesIn((out) => wire.credit?.(out, 3, 600))).toEqual([`upd 3 600+${WINDOW}`]);
    expect(framesIn((out) => wire.credit?.(out, 3, 400))).toEqual([`upd 3 1000+${WINDOW}`]);
  });

  test("a window that grows is not taken for more consumed than was sent", () => {
    const { wire, say } = opened();
    expect(framesIn((out) => wire.credit?.(out, 3, WINDOW))).toEqual([`upd 3 0+${2 * WINDOW}`]);
    say(psh(3, "x".repeat(1000)));
    expect(framesIn((out) => wire.credit?.(out, 3, 500))).toEqual([`upd 3 1000+${2 * WINDOW - 500}`]);
  });

  test("row 13: totals of more than 4 GiB wrap around", () => {
    const { wire } = opened();
    const frame = psh(3, "x".repeat(FULL));
    const count = Math.ceil(2 ** 32 / FULL);
    const deaf = { ...noting([]), dataStart: () => {}, data: () => {}, dataEnd: () => {} };
    for (let i = 0; i < count; i += 1) wire.receive(frame, deaf);
    const total = count * FULL;
    expect(total).toBeGreaterThan(2 ** 32);
    expect(framesIn((out) => wire.credit?.(out, 3, total))).toEqual([`upd 3 ${total - 2 ** 32}+${WINDOW}`]);
  });
});

describe("what is kept", () => {
  test("nothing of a stream that was forgotten", () => {
    const wire = codec(2);
    const told: string[] = [];
    const sink = noting(told);
    wire.receive(bytes(syn(3), syn(5)), sink);
    wire.forget(3);
    wire.forget(5);
    told.length = 0;
    // With the totals kept, this would be more than was sent.
    wire.receive(bytes(upd(3, 77, 1), upd(5, 77, 1)), sink);
    expect(told).toEqual(["credit 3 1", "credit 5 1"]);
  });

  test("nor of a stream that an end of ours opened after it was told to open no more", async () => {
    const peer = new RawPeer({ version: 2 });
    const listener = peer.session.listen();
    await peer.send(peer.say.sign, peer.say.syn(3));
    await listener.accept();
    void peer.session.shutdown();
    await peer.send(peer.say.syn(5), peer.say.upd(5, 77, 1));
    expect(peer.session.stats().streamsOpen).toBe(1);
  });

  test("a codec of version 1 has no credit", () => {
    expect(codec(1).credit).toBeUndefined();
    expect(codec(1).window).toBe(Number.POSITIVE_INFINITY);
  });
});
