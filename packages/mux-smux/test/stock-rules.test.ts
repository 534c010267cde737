// Towards the original: exactly its bytes, and its ways. The other end is built by hand, with the clock in hand.

import { SmuxStream } from "mux-smux";
import type { Decision, Stream } from "streams-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bytes } from "./tools/frames.js";
import { errorOf, RawPeer, text, turn } from "./tools/peer.js";

const KiB = 1024;
const STOCK = { peer: "stock" } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await turn();
}

describe("who the peer is", () => {
  test("openings wait for its first frame, and what it then gets is the original's protocol alone", async () => {
    const peer = new RawPeer({ role: "client" });
    const stream = await peer.session.newStream();
    void stream.write(bytes("hello"));
    void stream.close();
    await turn();
    expect(peer.seen).toEqual(["nop 1836217459"]);
    await peer.send(peer.say.nop());
    expect(peer.seen.slice(1)).toEqual(["syn 3", "psh 3 hello", "fin 3"]);
    expect(peer.session.features).toMatchObject({ headers: "none", resetCode: false });
  });

  test("a peer that says nothing for signTimeout is the original", async () => {
    const peer = new RawPeer({ role: "client", signTimeout: 300 });
    await peer.session.newStream();
    await pass(299);
    expect(peer.seen).toHaveLength(1);
    await pass(2);
    expect(peer.seen.slice(1)).toEqual(["syn 3"]);
    await peer.session.ready;
  });

  test("a forced original gets no sign, and its own NOP on our sign's stream is one like any other", async () => {
    const peer = new RawPeer({ role: "client", ...STOCK });
    await peer.send(peer.say.sign);
    await peer.session.newStream();
    await turn();
    expect(peer.seen).toEqual(["syn 3"]);
  });

  test("headers are refused before anything is sent, and those of a reply are dropped", async () => {
    const peer = new RawPeer(STOCK);
    expect((await errorOf(peer.session.newStream({ a: "b" }))).code).toBe("ERR_UNSUPPORTED");
    peer.session.listen(() => ({ accept: true, headers: { a: "b" } }));
    await peer.send(peer.say.syn(3));
    expect(peer.seen).toEqual([]);
  });

  test("the other version is named at its first byte", async () => {
    const peer = new RawPeer({ version: 2 });
    await peer.send(Uint8Array.of(1));
    const error = await errorOf(peer.session.closed);
    expect(error).toMatchObject({ code: "ERR_WRONG_PROTOCOL", remote: true });
    expect(error.message).toContain("version 1 of smux, not version 2 of smux; give both ends the same version");
  });

  test("another protocol is named, too", async () => {
    const peer = new RawPeer();
    await peer.send(bytes("SSH-2.0-x\r\n"));
    expect((await errorOf(peer.session.closed)).message).toContain("seems to speak SSH");
  });
});

describe("streams", () => {
  test("a refusal is an end, as soon as the original may have noticed that it opened the stream", async () => {
    const peer = new RawPeer(STOCK);
    peer.session.listen(() => ({ accept: false }));
    await peer.send(peer.say.syn(3));
    expect(peer.seen).toEqual([]);
    await pass(26);
    expect(peer.seen).toEqual(["fin 3"]);
    expect(peer.session.stats().streamsOpen).toBe(0);
  });

  test("a reset is an end, and what still comes is dropped and not counted", async () => {
    const peer = new RawPeer(STOCK);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.psh(3, "x"));
    const stream = await listener.accept();
    stream?.reset(9);
    await turn();
    expect(peer.seen).toEqual(["fin 3"]);
    for (let i = 0; i < 50; i += 1) await peer.send(...Array.from({ length: 1000 }, () => peer.say.psh(3, "x")));
    await peer.send(peer.say.fin(3), peer.say.syn(5));
    expect(peer.session.stats().streamsOpen).toBe(1);
  });

  test("a second end, as Close sends one after CloseWrite, is ignored", async () => {
    const peer = new RawPeer(STOCK);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.psh(3, "all"), peer.say.fin(3), peer.say.fin(3));
    const stream = await listener.accept();
    expect([text(await stream?.read()), text(await stream?.read())]).toEqual(["all", "<end>"]);
    expect(peer.session.stats().streamsOpen).toBe(1);
  });

  test("openings may overtake each other", async () => {
    const peer = new RawPeer(STOCK);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(7), peer.say.syn(3), peer.say.syn(5));
    const ids = [await listener.accept(), await listener.accept(), await listener.accept()].map((one) => one?.id);
    expect(ids).toEqual(["7", "3", "5"]);
  });

  test("the first data on a stream of the original's waits until it may have noticed that it opened it", async () => {
    const peer = new RawPeer(STOCK);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3));
    const stream = await listener.accept();
    void stream?.write(bytes("first"));
    await pass(24);
    expect(peer.seen).toEqual([]);
    await pass(2);
    expect(peer.seen).toEqual(["psh 3 first"]);
  });

  test("it does not wait where the original spoke first", async () => {
    const peer = new RawPeer(STOCK);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.psh(3, "hi"));
    void (await listener.accept())?.write(bytes("first"));
    await turn();
    expect(peer.seen).toEqual(["psh 3 first"]);
  });

  test("our end waits for finLinger after the last data where the original has ended, and only there", async () => {
    const peer = new RawPeer(STOCK);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.fin(3), peer.say.syn(5), peer.say.psh(5, "x"));
    const [ended, open] = [await listener.accept(), await listener.accept()];
    for (const stream of [ended, open]) {
      void stream?.write(bytes("reply"));
      void stream?.close();
    }
    await pass(40);
    expect(peer.seen.sort()).toEqual(["fin 5", "psh 3 reply", "psh 5 reply"]);
    await pass(40);
    expect(peer.seen).toContain("fin 3");
  });

  test("with halfClose: false our end waits for the original's", async () => {
    const peer = new RawPeer({ role: "client", halfClose: false, finLinger: 0, ...STOCK });
    const stream = await peer.session.newStream();
    void stream.write(bytes("request"));
    void stream.close();
    await turn();
    expect(peer.seen).toEqual(["syn 3", "psh 3 request"]);
    expect(peer.session.features.halfClose).toBe(false);
    await peer.send(peer.say.psh(3, "answer"));
    expect(text(await stream.read())).toBe("answer");
    await peer.send(peer.say.fin(3));
    expect(peer.seen.at(-1)).toBe("fin 3");
    await stream.closed;
  });
});

describe("the session", () => {
  test("a NOP goes out every nopInterval, whatever else does", async () => {
    const peer = new RawPeer({ role: "client", nopInterval: 1000, ...STOCK });
    await pass(3500);
    expect(peer.seen).toEqual(["nop 0", "nop 0", "nop 0"]);
  });

  test("any frame of the original counts as life, and silence ends the session", async () => {
    const peer = new RawPeer({ role: "client", keepaliveInterval: 2000, keepaliveTimeout: 1000, ...STOCK });
    for (let i = 0; i < 10; i += 1) {
      await pass(1500);
      await peer.send(peer.say.nop());
    }
    expect(peer.session.stats().streamsOpen).toBe(0);
    await peer.session.ready;
    await pass(5000);
    expect(await errorOf(peer.session.closed)).toMatchObject({ code: "ERR_TIMEOUT", remote: true });
  });

  test("shutdown refuses what the original opens, lets the rest finish, and ends the connection without a word", async () => {
    const peer = new RawPeer({ finLinger: 0, ...STOCK });
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.psh(3, "x"));
    const stream = await listener.accept();
    const done = peer.session.shutdown();
    await peer.send(peer.say.syn(5), peer.say.fin(3));
    await pass(26);
    expect(peer.seen).toEqual(["fin 5"]);
    await stream?.close();
    await done;
    expect(peer.seen).toEqual(["fin 5", "fin 3"]);
  });
});

describe("version 2", () => {
  test("what the peer's first UPD takes back is waited for", async () => {
    const peer = new RawPeer({ role: "client", version: 2, ...STOCK });
    const stream = await peer.session.newStream();
    await stream.write(bytes("hello"));
    await turn();
    await peer.send(peer.say.upd(3, 5, 64 * KiB));
    void stream.write(new Uint8Array(200 * KiB));
    await turn();
    expect(peer.bytesOn(3)).toBe(5 + 64 * KiB);
    await peer.send(peer.say.upd(3, 5 + 32 * KiB, 64 * KiB));
    expect(peer.bytesOn(3)).toBe(5 + 96 * KiB);
  });

  test("a window that shrinks below what is on its way stops the writer until it is made up for", async () => {
    const peer = new RawPeer({ role: "client", version: 2, ...STOCK });
    const stream = await peer.session.newStream();
    void stream.write(new Uint8Array(200 * KiB));
    await turn();
    await peer.send(peer.say.upd(3, 1, 10));
    void stream.write(bytes("x"));
    await peer.send(peer.say.upd(3, 200 * KiB - 10, 10));
    expect(peer.bytesOn(3)).toBe(200 * KiB);
    await peer.send(peer.say.upd(3, 200 * KiB - 9, 10));
    expect(peer.bytesOn(3)).toBe(200 * KiB + 1);
  });

  test("a larger window is granted with our opening, and with the first data on a stream of the original's", async () => {
    const peer = new RawPeer({ version: 2, initialWindow: 1024 * KiB, ...STOCK });
    await peer.session.newStream();
    await turn();
    expect(peer.seen).toEqual(["syn 2", `upd 2 0+${1024 * KiB}`]);
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3));
    await listener.accept();
    await pass(100);
    expect(peer.seen).toHaveLength(2);
    await peer.send(peer.say.psh(3, "x"), peer.say.psh(3, "y"));
    expect(peer.seen.slice(2)).toEqual([`upd 3 1+${1024 * KiB - 1}`]);
  });

  test("what still comes on a stream that was reset is not counted, in however small frames", async () => {
    const peer = new RawPeer({ version: 2, ...STOCK });
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.psh(3, "x"));
    (await listener.accept())?.reset();
    const some = bytes(...Array.from({ length: 1000 }, () => peer.say.psh(3, "x")));
    for (let i = 0; i < 50; i += 1) await peer.send(some);
    await peer.send(peer.say.syn(5));
    expect(peer.session.stats().streamsOpen).toBe(1);
  });

  test("credit is given for what was read, in half windows", async () => {
    const peer = new RawPeer({ version: 2, ...STOCK });
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), ...Array.from({ length: 4 }, () => peer.say.psh(3, "x".repeat(32 * KiB))));
    const stream = await listener.accept();
    for (let read = 0; read < 128 * KiB; ) read += (await stream?.read())?.byteLength ?? 0;
    await turn();
    await turn();
    expect(peer.seen).toEqual([`upd 3 ${128 * KiB}+${256 * KiB}`]);
  });
});

describe("version 1", () => {
  const full = "x".repeat(32 * KiB);

  test("what a stream had sent before it was refused is no reason to read nothing more", async () => {
    const peer = new RawPeer({ maxReceiveBuffer: 64 * KiB, ...STOCK });
    let refuse = (): void => {};
    const refused = new Promise<Decision>((resolve) => {
      refuse = () => resolve({ accept: false });
    });
    const decisions = [refused, { accept: true }];
    const listener = peer.session.listen(() => decisions.shift());
    await peer.send(peer.say.syn(3), peer.say.psh(3, full), peer.say.psh(3, full));
    refuse();
    await turn();
    await peer.send(peer.say.syn(5), peer.say.psh(5, "hello"));
    expect(text(await (await listener.accept())?.read())).toBe("hello");
  });

  test("what nobody has read of streams that are over is no reason to read nothing more, and can still be read", async () => {
    const peer = new RawPeer({ maxReceiveBuffer: 64 * KiB, finLinger: 0, ...STOCK });
    const listener = peer.session.listen();
    const over: (Stream | null)[] = [];
    for (const id of [3, 5]) {
      await peer.send(peer.say.syn(id), peer.say.psh(id, full), peer.say.fin(id));
      const stream = await listener.accept();
      await stream?.close();
      await stream?.closed;
      over.push(stream);
    }
    await peer.send(peer.say.syn(7), peer.say.psh(7, full));
    const last = await listener.accept();
    for (const stream of [...over, last]) {
      // Of a peer not known yet, bytes are taken a few KiB at a time.
      let got = "";
      while (got.length < full.length) got += text(await stream?.read());
      expect(got).toBe(full);
    }
    // Counted once: with the next ones unread the limit is where it was.
    for (let i = 0; i < 4; i += 1) await peer.send(peer.say.psh(7, full));
    expect([...peer.session.stats().streams()][0]?.unread).toBe(64 * KiB);
  });

  test("stopReading drops what is unread of a stream that the peer has ended, too", async () => {
    const peer = new RawPeer({ maxReceiveBuffer: 32 * KiB, ...STOCK });
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3), peer.say.psh(3, full.slice(1)), peer.say.fin(3), peer.say.syn(5));
    const [ended, open] = [await listener.accept(), await listener.accept()];
    await peer.send(peer.say.psh(5, "x"));
    if (ended instanceof SmuxStream) ended.stopReading();
    await peer.send(peer.say.psh(5, "y"));
    expect([text(await open?.read()), text(await open?.read())]).toEqual(["x", "y"]);
    expect((await errorOf(ended?.read().then(text))).code).toBe("ERR_RESET");
    await ended?.write(bytes("on"));
  });

  test("with maxReceiveBuffer unread nothing more is taken from the transport, until some is read", async () => {
    const peer = new RawPeer({ maxReceiveBuffer: 256 * KiB, ...STOCK });
    const listener = peer.session.listen();
    await peer.send(peer.say.syn(3));
    const chunk = peer.say.psh(3, "x".repeat(32 * KiB));
    let taken = 0;
    void (async () => {
      for (let i = 0; i < 100; i += 1) {
        await peer.conn.write(chunk);
        taken += 1;
      }
    })();
    for (let i = 0; i < 50; i += 1) await turn();
    const stream = await listener.accept();
    const [stats] = peer.session.stats().streams();
    expect(stats?.unread).toBeGreaterThanOrEqual(256 * KiB);
    expect(stats?.unread).toBeLessThanOrEqual(256 * KiB + 64 * KiB);
    let read = 0;
    while (read < 100 * 32 * KiB) read += (await stream?.read())?.byteLength ?? 0;
    expect(taken).toBe(100);
  });
});
