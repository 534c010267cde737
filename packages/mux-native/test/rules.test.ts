// What a peer may not do, and what it gets for it: the right error, and nothing for the application.

import { describe, expect, test } from "vitest";
import {
  ABORT,
  bytes,
  DATA,
  data,
  drain,
  FIN,
  frame,
  open,
  preface,
  REFUSED,
  RESET,
  reset,
  SYN,
  URGENCY,
  u32,
} from "./tools/frames.js";
import { errorOf, RawPeer, text, turn, until } from "./tools/peer.js";

describe("session errors, to a client", () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["sends data before accepting", data(1, "x")],
    ["ends before accepting", data(1, "", FIN)],
    ["aborts before accepting", reset(1, 0, ABORT)],
    ["accepts twice", bytes(open(1), open(1))],
    ["refuses after accepting", bytes(open(1), reset(1, 0, REFUSED))],
    ["accepts with an urgency", open(1, "\x03", URGENCY)],
    ["accepts an id that was never opened", open(3)],
    ["refuses with a malformed block", frame(RESET, REFUSED, 1, bytes(u32(0), [0, 0, 0]))],
  ];

  test.each(cases)("a peer that %s gets ERR_PROTOCOL", async (_, sent) => {
    const peer = new RawPeer({ role: "client" });
    const stream = await peer.session.newStream();
    await turn();
    await peer.send(sent);
    expect((await peer.failure()).code).toBe("ERR_PROTOCOL");
    expect((await errorOf(stream.write(bytes("x")))).code).toBe("ERR_PROTOCOL");
  });
});

describe("what is ignored", () => {
  test("frames of unknown types are skipped, whatever they hold", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(frame(7, 15, 9, new Uint8Array(60_000)), frame(15, 0, 0), open(1, "seen"));
    expect(text((await (await listener.accept())?.read()) ?? null)).toBe("seen");
  });

  test("unknown parameters are skipped, and the last of a repeated one counts", async () => {
    const peer = new RawPeer({ role: "client", greet: false });
    const head = preface(1).subarray(0, 10);
    await peer.send(bytes(head, [0, 18, 0, 9], u32(1), [0, 1], u32(16384), [0, 1], u32(20000)));
    await peer.session.ready;
    const stream = await peer.session.newStream();
    void stream.write(new Uint8Array(30_000));
    await turn();
    expect(peer.of(DATA, 1).reduce((sum, f) => sum + f.body.byteLength, 0)).toBe(20_000);
  });
});

describe("one stream only", () => {
  test("a refusal rejects opened, reads and writes, may be retried, and carries code and headers", async () => {
    const peer = new RawPeer({ role: "client" });
    const stream = await peer.session.newStream();
    await turn();
    await peer.send(frame(RESET, REFUSED, 1, bytes(u32(7), [3, 0, 2], "whyno")));
    for (const work of [stream.opened, stream.read(), stream.write(bytes("x")), stream.closed]) {
      const error = await errorOf(work);
      expect(error).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true, resetCode: 7 });
      expect(error.headers?.get("why")).toBe("no");
    }
    expect(peer.session.stats().streamsOpen).toBe(0);
  });

  test("a reset lets what had arrived be read, and then rejects with its code", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(1, "one"), data(1, "two"));
    const stream = await listener.accept();
    await peer.send(reset(1, 9));
    const read = [text((await stream?.read()) ?? null), text((await stream?.read()) ?? null)];
    expect(read).toEqual(["one", "two"]);
    const details = { code: "ERR_RESET", remote: true, resetCode: 9, retryable: false };
    expect(await errorOf(Promise.resolve(stream?.read()))).toMatchObject(details);
    expect(await errorOf(Promise.resolve(stream?.write(bytes("x"))))).toMatchObject(details);
  });

  test("a reset after the end leaves the end readable, since all of it had arrived", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(1, "all", FIN));
    const stream = await listener.accept();
    await peer.send(reset(1, 9));
    expect(text((await stream?.read()) ?? null)).toBe("all");
    expect(await stream?.read()).toBe(null);
    expect((await errorOf(Promise.resolve(stream?.closed))).code).toBe("ERR_RESET");
  });

  test("the end of a direction is read only after everything before it, also when the session ends first", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(1, "a"), data(1, "b"), data(1, "c", FIN), open(3, "no end"));
    const [whole, cut] = [await listener.accept(), await listener.accept()];
    peer.conn.reset();
    await until("the session is over", () => peer.session.stats().streamsOpen === 0);
    expect(text(await wholeOf(whole))).toBe("abc");
    expect((await errorOf(wholeOf(cut))).code).toBe("ERR_TRANSPORT_LOST");
  });

  test("an abort ends one direction only", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(1, "part"), reset(1, 4, ABORT));
    const stream = await listener.accept();
    expect(text((await stream?.read()) ?? null)).toBe("part");
    expect(await errorOf(Promise.resolve(stream?.read()))).toMatchObject({ code: "ERR_RESET", resetCode: 4 });
    await stream?.write(bytes("answer"));
    await stream?.close();
    await turn();
    expect(peer.of(DATA, 1).map((f) => [f.flags, text(f.body)])).toEqual([[SYN | FIN, "answer"]]);
    expect((await errorOf(Promise.resolve(stream?.closed))).code).toBe("ERR_RESET");
    expect(peer.session.stats().streamsOpen).toBe(0);
  });

  test("row 41: after a drain the streams above its id fail retryable and the others go on", async () => {
    const peer = new RawPeer({ role: "client" });
    const [kept, lost] = [await peer.session.newStream(), await peer.session.newStream()];
    await turn();
    await peer.send(drain(1), open(1, "on"));
    expect(await errorOf(lost.opened)).toMatchObject({ code: "ERR_REFUSED", retryable: true });
    expect(text(await kept.read())).toBe("on");
    expect(await errorOf(peer.session.newStream())).toMatchObject({ code: "ERR_SESSION_DRAINING", retryable: true });
  });
});

async function wholeOf(stream: AsyncIterable<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return bytes(...chunks);
}
