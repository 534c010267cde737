import { once } from "node:events";
import { Duplex, PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Conn, isStreamsError, StreamsError } from "streams-core";
import { READY } from "streams-core/kit";
import { fromDuplex, takeDuplex } from "streams-core/node";
import { describe, expect, test } from "vitest";
import { bytes, text as decoded } from "../helpers/failure.js";
import { Probe, socketPair } from "./sockets.js";

const lost = expect.objectContaining({ code: "ERR_TRANSPORT_LOST" });

async function text(conn: Conn): Promise<string> {
  let read = "";
  for await (const chunk of conn) read += decoded(chunk);
  return read;
}

describe("reading", () => {
  test("what the peer sent comes, then null for ever", async () => {
    const [near, far] = await socketPair();
    const conn = fromDuplex(near);
    far.end("hello");
    expect(await text(conn)).toBe("hello");
    expect(await conn.read()).toBeNull();
    expect(await conn.read()).toBeNull();
  });

  test("a duplex nobody reads from is paused at the high water mark and resumed by reading", async () => {
    const duplex = new Probe();
    const conn = fromDuplex(duplex, { highWaterMark: 10 });
    const first = conn.read();
    duplex.push("x");
    await first;
    duplex.push("0123456789");
    await nextTurn();
    expect(duplex.isPaused()).toBe(true);
    duplex.push("later");
    expect(decoded(await conn.read())).toBe("0123456789");
    expect(duplex.isPaused()).toBe(false);
    expect(decoded(await conn.read())).toBe("later");
  });

  test("an aborted read loses nothing", async () => {
    const [near, far] = await socketPair();
    const conn = fromDuplex(near);
    const aborted = new AbortController();
    const reading = conn.read({ signal: aborted.signal });
    aborted.abort("enough");
    await expect(reading).rejects.toBe("enough");
    far.write("kept");
    expect(decoded(await conn.read())).toBe("kept");
  });

  test("bytes that the duplex held when it broke are read before the error", async () => {
    const duplex = new Probe({ highWaterMark: 1000 });
    const conn = fromDuplex(duplex, { highWaterMark: 1 });
    conn.write(bytes("start"));
    duplex.push("first");
    await nextTurn();
    duplex.push("in the duplex");
    duplex.destroy(new Error("cut"));
    await once(duplex, "close").catch(() => {});
    const read: (string | null)[] = [];
    const reading = (async () => {
      for await (const chunk of conn) read.push(decoded(chunk));
    })();
    await expect(reading).rejects.toEqual(lost);
    expect(read.join("")).toBe("firstin the duplex");
  });
});

describe("writing", () => {
  test("all writes of one tick leave in one writev, and each returns the shared READY", async () => {
    const duplex = new Probe();
    const conn = fromDuplex(duplex);
    for (const chunk of ["a", "b", "c"]) expect(conn.write(bytes(chunk))).toBe(READY);
    expect(duplex.writes).toEqual([]);
    await nextTurn();
    expect(duplex.writes).toEqual([["a", "b", "c"]]);
  });

  test("the write that fills the duplex waits for the drain, and so do those after it, in call order", async () => {
    const duplex = new Probe({ auto: false, highWaterMark: 2 });
    const conn = fromDuplex(duplex, { writeAhead: 3 });
    expect(conn.write(bytes("ab"))).toBe(READY);
    const first = conn.write(bytes("ab"));
    expect(first).not.toBe(READY);
    const second = conn.write(bytes("cd"));
    const third = conn.write(bytes("ef"));
    expect(second).not.toBe(READY);
    await nextTurn();
    expect(duplex.writes).toEqual([["ab", "ab"]]);
    duplex.finishWrite();
    await first;
    await second;
    await nextTurn();
    duplex.finishWrite();
    await third;
    await nextTurn();
    expect(duplex.writes).toEqual([
      ["ab", "ab"],
      ["cd", "ef"],
    ]);
  });

  test("an aborted write that waited sends nothing, and those behind it go on", async () => {
    const duplex = new Probe({ auto: false, highWaterMark: 2 });
    const conn = fromDuplex(duplex, { writeAhead: 1 });
    conn.write(bytes("ab"));
    const aborted = new AbortController();
    const second = conn.write(bytes("cd"), { signal: aborted.signal });
    const third = conn.write(bytes("ef"));
    aborted.abort("enough");
    await expect(second).rejects.toBe("enough");
    await nextTurn();
    duplex.finishWrite();
    await third;
    await nextTurn();
    expect(duplex.writes).toEqual([["ab"], ["ef"]]);
  });

  test("an empty chunk is READY and writes nothing", async () => {
    const duplex = new Probe();
    expect(fromDuplex(duplex).write(new Uint8Array(0))).toBe(READY);
    await nextTurn();
    expect(duplex.writes).toEqual([]);
  });

  test("close ends the duplex after the writes that waited", async () => {
    const duplex = new Probe({ auto: false, highWaterMark: 2 });
    const conn = fromDuplex(duplex, { writeAhead: 1 });
    conn.write(bytes("ab"));
    conn.write(bytes("cd"));
    const closing = conn.close();
    await expect(conn.write(bytes("late"))).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await nextTurn();
    expect(duplex.writableEnded).toBe(false);
    duplex.finishWrite();
    await nextTurn();
    duplex.finishWrite();
    await closing;
    expect(duplex.writes).toEqual([["ab"], ["cd"]]);
    expect(duplex.writableFinished).toBe(true);
  });
});

describe("ends and losses", () => {
  test("each direction ends alone, and closed resolves with the second", async () => {
    const [near, far] = await socketPair();
    const [a, b] = [fromDuplex(near), fromDuplex(far)];
    await a.close();
    expect(await b.read()).toBeNull();
    await b.write(bytes("still open"));
    expect(decoded(await a.read())).toBe("still open");
    await b.close();
    expect(await a.read()).toBeNull();
    await Promise.all([a.closed, b.closed]);
  });

  test("a duplex that would end with its peer keeps its own direction", async () => {
    const duplex = new PassThrough({ allowHalfOpen: false });
    fromDuplex(duplex);
    expect(duplex.allowHalfOpen).toBe(true);
  });

  test("reset reaches the peer as ECONNRESET, and this end's operations reject with ERR_RESET", async () => {
    const [near, far] = await socketPair();
    far.resume();
    const conn = fromDuplex(near);
    const reading = conn.read();
    conn.reset();
    const own = { code: "ERR_RESET", remote: false };
    await expect(once(far, "end")).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(reading).rejects.toMatchObject(own);
    await expect(conn.write(bytes("x"))).rejects.toMatchObject(own);
    await expect(conn.closed).rejects.toMatchObject(own);
  });

  test("reset reaches the peer also while close waits for a peer that does not read", async () => {
    const [near, far] = await socketPair();
    const conn = fromDuplex(near);
    for (let i = 0; i < 256; i++) conn.write(new Uint8Array(65536));
    const closing = conn.close();
    await nextTurn();
    conn.reset();
    await expect(closing).rejects.toMatchObject({ code: "ERR_RESET" });
    const peer = fromDuplex(far);
    await expect(text(peer)).rejects.toEqual(lost);
    expect(near.destroyed).toBe(true);
  });

  test.each([0, 1, 2, 3])("reset %s ticks after close reaches the peer and frees the socket", async (ticks) => {
    const [near, far] = await socketPair();
    const conn = fromDuplex(near);
    const peer = fromDuplex(far);
    conn.close();
    for (let i = 0; i < ticks; i++) await new Promise<void>((resolve) => process.nextTick(resolve));
    conn.reset();
    await once(near, "close");
    await peer.read().catch(() => {});
    await expect(peer.write(bytes("x")).then(() => peer.close())).rejects.toEqual(lost);
  });

  test("the peer's reset is a loss with its cause, after the bytes that had arrived", async () => {
    const [near, far] = await socketPair();
    const conn = fromDuplex(near);
    far.write("before");
    expect(decoded(await conn.read())).toBe("before");
    far.resetAndDestroy();
    const cause = expect.objectContaining({ code: "ECONNRESET" });
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST", cause });
    await expect(conn.write(bytes("x"))).rejects.toEqual(lost);
    await expect(conn.closed).rejects.toEqual(lost);
  });

  test("a reset close behind unread bytes is no clean end, though Node says it was", async () => {
    const [near, far] = await socketPair();
    near.pause();
    far.write(new Uint8Array(100_000));
    await nextTurn();
    far.resetAndDestroy();
    await once(far, "close");
    await expect(text(fromDuplex(near))).rejects.toEqual(lost);
  });

  test("a reset that came after the peer's end fails close", async () => {
    const [near, far] = await socketPair();
    const conn = fromDuplex(near);
    far.end();
    expect(await conn.read()).toBeNull();
    far.resetAndDestroy();
    await once(far, "close");
    await expect(conn.close()).rejects.toEqual(lost);
    expect(near.destroyed).toBe(true);
  });

  test("a duplex that is destroyed without an error is lost", async () => {
    const duplex = new Probe();
    const conn = fromDuplex(duplex);
    const reading = conn.read();
    duplex.destroy();
    await expect(reading).rejects.toEqual(lost);
  });

  test("one that was destroyed before is lost from the start", async () => {
    const duplex = new Probe();
    duplex.destroy();
    await once(duplex, "close");
    await expect(fromDuplex(duplex).read()).rejects.toEqual(lost);
  });

  test("a StreamsError of the duplex stays the one it is", async () => {
    const duplex = new Probe();
    const conn = fromDuplex(duplex);
    const error = new StreamsError("ERR_CHILD_FAILED", "The child ended.");
    duplex.destroy(error);
    await expect(conn.read()).rejects.toBe(error);
  });

  test("the option lost names what the failure means", async () => {
    const duplex = new Probe();
    const lost = (cause: unknown) => new StreamsError("ERR_UNTRUSTED", "It is not trusted.", { cause });
    const conn = fromDuplex(duplex, { lost });
    const cause = new Error("alert");
    duplex.destroy(cause);
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_UNTRUSTED", cause });
  });

  test("errors after the end escape nowhere", async () => {
    const duplex = new Probe();
    const conn = fromDuplex(duplex);
    conn.reset();
    await once(duplex, "close").catch(() => {});
    duplex.emit("error", new Error("late"));
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_RESET" });
  });

  test("objects and strings are refused", () => {
    for (const duplex of [Duplex.from(async function* () {}), new PassThrough().setEncoding("utf8")]) {
      expect(() => fromDuplex(duplex)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
  });

  test.each([0, -1, Number.NaN, 1.5])("a high water mark of %s is refused", (highWaterMark) => {
    expect(() => fromDuplex(new Probe(), { highWaterMark })).toThrow(/highWaterMark/);
  });
});

describe("takeDuplex", () => {
  test("an unused Conn gives its duplex back as it was, and is dead itself", async () => {
    const duplex = new PassThrough({ allowHalfOpen: false });
    const before = duplex.eventNames();
    const conn = fromDuplex(duplex);
    expect(takeDuplex(conn)).toBe(duplex);
    expect(duplex.eventNames()).toEqual(before);
    expect(duplex.allowHalfOpen).toBe(false);
    expect(duplex.readableFlowing).toBeNull();
    for (const dead of [conn.read(), conn.write(bytes("x")), conn.close(), conn.closed]) {
      await expect(dead).rejects.toSatisfy((error) => isStreamsError(error, "ERR_CLOSED"));
    }
    expect(takeDuplex(conn)).toBeUndefined();
  });

  test.each(["read", "write", "close"] as const)("a Conn whose %s was called keeps its duplex", (operation) => {
    const conn = fromDuplex(new PassThrough());
    if (operation === "write") conn.write(bytes("x"));
    else conn[operation]();
    expect(takeDuplex(conn)).toBeUndefined();
  });

  test("reset still ends a duplex that was taken", async () => {
    const duplex = new PassThrough();
    const conn = fromDuplex(duplex);
    takeDuplex(conn);
    conn.reset();
    await new Promise((resolve) => duplex.once("close", resolve));
  });
});
