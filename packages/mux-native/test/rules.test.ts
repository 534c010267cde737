// What a peer may not do, and what it gets for it: the right error, and nothing for the application.

import { describe, expect, test } from "vitest";
import {
  ABORT,
  bytes,
  CREDIT,
  credit,
  DATA,
  data,
  drain,
  FIN,
  frame,
  HEADERS,
  open,
  PING,
  ping,
  preface,
  REFUSED,
  RESET,
  reset,
  STOP,
  SYN,
  stop,
  times,
  URGENCY,
  u32,
} from "./tools/frames.js";
import { errorOf, RawPeer, text, turn, until } from "./tools/peer.js";

describe("session errors, to a server", () => {
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ["opens an even id, which is the server's", "ERR_PROTOCOL", open(2)],
    ["opens stream 0", "ERR_PROTOCOL", open(0)],
    ["opens an id above the last", "ERR_PROTOCOL", open(0x80000001)],
    ["opens an id twice", "ERR_PROTOCOL", bytes(open(1), open(1))],
    ["opens a smaller id than before", "ERR_PROTOCOL", bytes(open(5), open(3))],
    ["opens an id again after its end", "ERR_PROTOCOL", bytes(open(1), reset(1), open(1))],
    ["sends data on an id that was never opened", "ERR_PROTOCOL", data(1, "x")],
    ["sends data on an id of the server's that was never opened", "ERR_PROTOCOL", data(2, "x")],
    ["sends data on stream 0", "ERR_PROTOCOL", data(0, "x")],
    ["gives credit to an id that was never opened", "ERR_PROTOCOL", credit(7, 10)],
    ["resets an id that was never opened", "ERR_PROTOCOL", reset(7)],
    ["stops an id that was never opened", "ERR_PROTOCOL", stop(2)],
    ["sends data after its end", "ERR_PROTOCOL", bytes(open(1), data(1, "a", FIN), data(1, "b"))],
    ["sends its end twice", "ERR_PROTOCOL", bytes(open(1, "", FIN), data(1, "", FIN))],
    ["sends data after aborting", "ERR_PROTOCOL", bytes(open(1), reset(1, 0, ABORT), data(1, "b"))],
    ["aborts after its end", "ERR_PROTOCOL", bytes(open(1, "", FIN), reset(1, 0, ABORT))],
    ["refuses a stream of its own", "ERR_PROTOCOL", bytes(open(1), reset(1, 0, REFUSED))],
    ["opens with more data than the window", "ERR_FLOW_CONTROL", open(1, new Uint8Array(16385))],
    ["sends a byte more than the window", "ERR_FLOW_CONTROL", bytes(open(1, new Uint8Array(16384)), data(1, "x"))],
    ["gives more credit than a window may have", "ERR_FLOW_CONTROL", bytes(open(1), credit(1, 0x7fffffff))],
    ["announces a frame of 2^24-1 bytes", "ERR_PROTOCOL", bytes([255, 255, 255, 0x02], u32(1))],
    ["sends a data frame over the announced size", "ERR_PROTOCOL", open(1, new Uint8Array(65537))],
    ["puts headers on a frame that opens nothing", "ERR_PROTOCOL", bytes(open(1), data(1, "\0\0", HEADERS))],
    ["puts an urgency on a frame that opens nothing", "ERR_PROTOCOL", bytes(open(1), data(1, "\0", URGENCY))],
    ["names urgency 8", "ERR_PROTOCOL", open(1, "\x08", URGENCY)],
    ["has a frame shorter than its flags say", "ERR_PROTOCOL", open(1, "\0", HEADERS)],
    ["has a header block longer than its frame", "ERR_PROTOCOL", open(1, "\0\x05abc", HEADERS)],
    ["has a header block over the limit", "ERR_PROTOCOL", open(1, bytes([0x40, 1], new Uint8Array(16385)), HEADERS)],
    ["has a header without a name", "ERR_PROTOCOL", open(1, bytes([0, 3, 0, 0, 0]), HEADERS)],
    ["has a header cut short", "ERR_PROTOCOL", open(1, bytes([0, 4, 1, 0, 9], "a"), HEADERS)],
    ["has a header whose name is no token", "ERR_PROTOCOL", open(1, bytes([0, 4, 1, 0, 0], " "), HEADERS)],
    ["has a header whose value has a line end", "ERR_PROTOCOL", open(1, bytes([0, 5, 1, 0, 1], "a\n"), HEADERS)],
    [
      "has 129 headers",
      "ERR_HEADERS_TOO_LARGE",
      open(
        1,
        bytes(
          [2, 4],
          times(129, () => bytes([1, 0, 0], "a")),
        ),
        HEADERS,
      ),
    ],
    ["sends a credit of five bytes", "ERR_PROTOCOL", bytes(open(1), frame(CREDIT, 0, 1, [0, 0, 0, 1, 0]))],
    ["sends a credit of three bytes", "ERR_PROTOCOL", bytes(open(1), frame(CREDIT, 0, 1, [0, 0, 0]))],
    ["sends an empty reset", "ERR_PROTOCOL", bytes(open(1), frame(RESET, 0, 1))],
    ["sets unknown flags", "ERR_PROTOCOL", bytes(open(1), frame(STOP, 1, 1, u32(0)))],
    ["sends a ping on a stream", "ERR_PROTOCOL", frame(PING, 0, 1, u32(0))],
    ["sends a close that is too long", "ERR_PROTOCOL", frame(6, 0, 0, new Uint8Array(8 + 257))],
  ];

  test.each(cases)("a peer that %s gets %s", async (_, code, sent) => {
    const peer = new RawPeer({ initialWindow: 16384 });
    const listener = peer.session.listen();
    await peer.send(sent);
    const error = await peer.failure();
    expect(error.code).toBe(code);
    expect(error.remote).toBe(true);
    expect(await peer.ended).toBe(true);
    const codes = { ERR_PROTOCOL: 1, ERR_FLOW_CONTROL: 2, ERR_HEADERS_TOO_LARGE: 5 };
    expect(await peer.closeCode()).toBe(codes[code as keyof typeof codes]);
    expect(peer.session.stats().streamsOpen).toBe(0);
    const stream = await listener.accept();
    // What came whole before the fault was a stream like any other, and died with the session.
    if (stream !== null) expect((await errorOf(stream.write(bytes("x")))).code).toBe(code);
  });

  test("an opening frame with more than the window makes no stream", async () => {
    const peer = new RawPeer({ initialWindow: 16384 });
    const listener = peer.session.listen(() => {
      throw new Error("The handler was asked.");
    });
    await peer.send(open(1, new Uint8Array(16385)));
    expect((await peer.failure()).code).toBe("ERR_FLOW_CONTROL");
    expect(await listener.accept()).toBe(null);
    expect(peer.session.stats().streamsAccepted).toBe(0);
  });

  test("nothing that follows a fault in the same chunk has an effect", async () => {
    const peer = new RawPeer();
    let asked = 0;
    peer.session.listen(() => {
      asked += 1;
    });
    await peer.send(bytes(open(1), open(2), open(3), ping(9)));
    await peer.failure();
    expect(asked).toBe(1);
    expect(peer.of(PING).filter((f) => f.flags === 1)).toEqual([]);
  });
});

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
  test("frames for streams that are over have no effect", async () => {
    const peer = new RawPeer();
    peer.session.listen();
    await peer.send(open(1), reset(1), data(1, "late"), credit(1, 5), stop(1), reset(1), data(1, "", FIN));
    await peer.send(open(3, "still"));
    expect(peer.session.stats().streamsOpen).toBe(1);
  });

  test("credit after the end of our direction has no effect", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(open(1));
    const stream = await listener.accept();
    await stream?.close();
    await turn();
    await peer.send(credit(1, 1000), data(1, "on", 0));
    expect(text((await stream?.read()) ?? null)).toBe("on");
  });

  test("frames of unknown types are skipped, whatever they hold", async () => {
    const peer = new RawPeer();
    const listener = peer.session.listen();
    await peer.send(frame(7, 15, 9, new Uint8Array(60_000)), frame(15, 0, 0), open(1, "seen"));
    expect(text((await (await listener.accept())?.read()) ?? null)).toBe("seen");
  });

  test("100,000 answers to nothing have no effect", async () => {
    const peer = new RawPeer();
    await peer.send(times(100_000, (i) => ping(i + 50, 1)));
    await peer.send(open(1));
    expect(peer.session.stats().streamsOpen).toBe(1);
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

  test("after a drain the streams above its id fail retryable and the others go on", async () => {
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
