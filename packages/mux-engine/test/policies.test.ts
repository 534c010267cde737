// What a session does otherwise for a wire of others, frame by frame: towards a peer that is played by hand.

import { type BilingualOptions, bilingualMux, EngineStream, Output, readU32 } from "mux-engine";
import { type Conn, memoryPair, type Stream, type StreamProvider } from "streams-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  ACKNOWLEDGE,
  BEACON,
  CREDIT,
  DATA,
  END,
  EXTENSION,
  frame,
  OPEN,
  RESET,
  SIGN,
  TinyCodec,
  type TinyOptions,
} from "./tools/tiny-codec.js";

const STOCK: BilingualOptions = { peer: "stock" };
const NAMES = { [SIGN]: "sign", [OPEN]: "open", [DATA]: "data", [END]: "end", [CREDIT]: "credit", [RESET]: "reset" };
const MORE = { [ACKNOWLEDGE]: "acknowledge", [BEACON]: "beacon", [EXTENSION]: "extension" };

/** A session of the tiny wire, and its peer: frames by hand. */
class Scene {
  readonly session: StreamProvider;
  readonly #far: Conn;
  #held = Buffer.alloc(0);

  constructor(codec: TinyOptions, options: BilingualOptions, role: "client" | "server" = "client") {
    const [near, far] = memoryPair();
    this.#far = far;
    this.session = bilingualMux((own) => new TinyCodec(own, codec), options)(near, role);
    void this.#collect();
  }

  /** The frames that came since the last call, as words. */
  async seen(): Promise<string[]> {
    await vi.advanceTimersByTimeAsync(0);
    const words: string[] = [];
    while (this.#held.byteLength >= 9) {
      const type = this.#held.readUInt8(0);
      const value = readU32(this.#held, 5);
      const body = type === DATA || type === EXTENSION ? value : 0;
      words.push(`${{ ...NAMES, ...MORE }[type]} ${readU32(this.#held, 1)} ${value}`);
      this.#held = this.#held.subarray(9 + body);
    }
    return words;
  }

  async send(type: number, id: number, value = 0, payload = new Uint8Array(0)): Promise<void> {
    const out = new Output();
    frame(out, type, id, value);
    out.append(payload);
    for (const chunk of out.take()) void this.#far.write(chunk);
    await vi.advanceTimersByTimeAsync(0);
  }

  async #collect(): Promise<void> {
    try {
      for await (const chunk of this.#far) this.#held = Buffer.concat([this.#held, chunk]);
    } catch {
      // A session that fails breaks it off.
    }
  }
}

const x = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(120);

/** The stream that the peer opens as `id`, accepted. */
async function opened(scene: Scene, id: number): Promise<Stream> {
  const listener = scene.session.listen();
  await scene.send(OPEN, id);
  const stream = await listener.accept();
  if (stream === null) throw new Error("Nobody opened one.");
  return stream;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("who the peer is", () => {
  test("is unknown at first: the sign is sent, and openings wait", async () => {
    const scene = new Scene({}, {});
    const stream = await scene.session.newStream();
    await stream.write(x(3));
    expect(await scene.seen()).toEqual(["sign 0 0"]);
  });

  test("is one of ours by its sign: what waited goes, headers in a frame ahead", async () => {
    const scene = new Scene({}, {});
    await scene.session.newStream({ a: "b" });
    await scene.seen();
    await scene.send(SIGN, 0);
    const words = await scene.seen();
    expect(words.filter((word) => word.startsWith("extension 1") || word.startsWith("open"))).toEqual([
      expect.stringMatching(/^extension 1 /),
      "open 1 0",
    ]);
    expect(scene.session.features).toMatchObject({ headers: "preamble", ping: true, drain: true });
  });

  test("is an original by any other frame: what waited goes as it has it", async () => {
    const scene = new Scene({}, {});
    const stream = await scene.session.newStream();
    await stream.write(x(3));
    await stream.close();
    await scene.seen();
    await scene.send(BEACON, 0);
    expect(await scene.seen()).toEqual(["open 1 0", "data 1 3", "end 1 0"]);
    expect(scene.session.features).toMatchObject({ headers: "none", ping: false, drain: false });
    expect([...(await stream.opened).keys()]).toEqual([]);
  });

  test("is an original when it is silent for signTimeout, and ready tells", async () => {
    const scene = new Scene({}, { signTimeout: 300 });
    await scene.session.newStream();
    await vi.advanceTimersByTimeAsync(299);
    expect(await scene.seen()).toEqual(["sign 0 0"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await scene.seen()).toEqual(["open 1 0"]);
    await scene.session.ready;
  });

  test("is not told by silence where signTimeout is Infinity: that ends the session", async () => {
    const scene = new Scene({}, { signTimeout: Number.POSITIVE_INFINITY, handshakeTimeout: 300 });
    await scene.session.newStream();
    await vi.advanceTimersByTimeAsync(299);
    expect(await scene.seen()).toEqual(["sign 0 0"]);
    await vi.advanceTimersByTimeAsync(2000);
    await expect(scene.session.closed).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
  });

  test("cannot change: a sign after signTimeout ends the session, and says what to set", async () => {
    const scene = new Scene({}, { signTimeout: 300 });
    await vi.advanceTimersByTimeAsync(300);
    await scene.send(SIGN, 0);
    await expect(scene.session.closed).rejects.toMatchObject({
      code: "ERR_TIMEOUT",
      message: expect.stringMatching(/signTimeout/),
    });
  });

  test("is what the option says: an original gets no sign and no wait, and its sign means nothing", async () => {
    const scene = new Scene({}, STOCK);
    await scene.session.newStream();
    expect(await scene.seen()).toEqual(["open 1 0"]);
    await scene.send(SIGN, 0);
    await scene.session.ready;
    expect(scene.session.features.headers).toBe("none");
  });

  test("is what the option says: an original where it should be one of ours is the wrong protocol", async () => {
    const scene = new Scene({}, { peer: "streams" });
    await scene.send(BEACON, 0);
    await expect(scene.session.closed).rejects.toMatchObject({
      code: "ERR_WRONG_PROTOCOL",
      message: expect.stringMatching(/option peer/),
    });
  });

  test("is what the option says: one of ours may send its whole window on a stream from before it was heard", async () => {
    const scene = new Scene({ window: 262_144 }, { peer: "streams" });
    const stream = await scene.session.newStream();
    await scene.send(SIGN, 0);
    await scene.send(EXTENSION, 1, 5, Uint8Array.of(2, 0, 0, 0, 0));
    await scene.send(DATA, 1, 262_144, x(262_144));
    expect((await stream.read())?.byteLength).toBeGreaterThan(0);
    expect(scene.session.stats().streamsOpen).toBe(1);
  });

  test("decides what becomes of headers: towards an original they are ERR_UNSUPPORTED, before and after it is known", async () => {
    const scene = new Scene({}, {});
    const early = await scene.session.newStream({ a: "b" });
    await scene.send(BEACON, 0);
    await expect(early.opened).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await expect(scene.session.newStream({ a: "b" })).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await scene.session.newStream({});
    expect(await scene.seen()).toEqual(["sign 0 0", "open 3 0"]);
  });

  test("decides whether a ping asked for early is one", async () => {
    const ours = new Scene({}, {});
    const original = new Scene({}, {});
    const pings = [ours.session.ping(), original.session.ping()];
    await ours.send(SIGN, 0);
    await original.send(BEACON, 0);
    expect((await ours.seen()).filter((word) => word.startsWith("extension 0")).length).toBeGreaterThan(0);
    await expect(pings[1]).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    void ours.session.close();
    await expect(pings[0]).rejects.toMatchObject({ code: "ERR_SESSION_CLOSED" });
  });

  test("decides how a stream is stopped that waits: only after its opening", async () => {
    const scene = new Scene({}, {});
    const stream = await scene.session.newStream();
    if (stream instanceof EngineStream) stream.stopReading(7);
    expect(await scene.seen()).toEqual(["sign 0 0"]);
    await scene.send(SIGN, 0);
    const words = (await scene.seen()).filter((word) => !word.startsWith("extension 0"));
    expect(words).toEqual(["open 1 0", expect.stringMatching(/^extension 1 /)]);
  });
});

describe("towards an original", () => {
  const slow = { policy: { silentAccept: false, resetRefuses: true, maxUnaccepted: 2 } };

  test("so many streams may wait for their acceptance; what settles one lets the next go", async () => {
    const scene = new Scene(slow, STOCK);
    const streams: Stream[] = [];
    for (let i = 0; i < 6; i += 1) streams.push(await scene.session.newStream());
    expect(await scene.seen()).toEqual(["open 1 0", "open 3 0"]);
    await scene.send(DATA, 1, 1, x(1)); // data accepts
    expect(await scene.seen()).toEqual(["open 5 0"]);
    await scene.send(RESET, 3); // a reset refuses
    await expect(streams[1]?.opened).rejects.toMatchObject({ code: "ERR_REFUSED", retryable: true });
    expect(await scene.seen()).toEqual(["open 7 0"]);
    streams[2]?.reset(); // this end gives up
    expect(await scene.seen()).toEqual(["reset 5 0", "open 9 0"]);
    streams[5]?.reset(); // never opened
    await scene.send(DATA, 7, 1, x(1));
    await scene.send(DATA, 9, 1, x(1));
    expect(await scene.seen()).toEqual([]);
  });

  test("a drain that nobody can be told of refuses what still comes, and acknowledges none of it", async () => {
    const scene = new Scene({ acknowledges: true }, STOCK, "server");
    const stream = await opened(scene, 1);
    expect(await scene.seen()).toEqual(["acknowledge 1 0"]);
    void scene.session.shutdown();
    await scene.send(OPEN, 3);
    expect(await scene.seen()).toEqual(["reset 3 0"]);
    stream.reset();
  });

  test("what comes for a stream after its end is dropped, however much of it comes", async () => {
    const scene = new Scene({ window: 16_384 }, { ...STOCK, initialWindow: 16_384 }, "server");
    const stream = await opened(scene, 1);
    await scene.send(END, 1);
    for (let i = 0; i < 100; i += 1) await scene.send(DATA, 1, 1000, x(1000));
    await scene.send(END, 1);
    expect(scene.session.stats().streamsOpen).toBe(1);
    expect(await stream.read()).toBeNull();
    stream.reset();
    for (let i = 0; i < 100; i += 1) await scene.send(DATA, 1, 1, x(1));
    expect(scene.session.stats().streamsOpen).toBe(0);
    void scene.session.close();
  });

  test("a beacon goes out again and again", async () => {
    const scene = new Scene({ policy: { beaconInterval: 10_000 } }, STOCK);
    for (let i = 0; i < 3; i += 1) {
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await scene.seen()).toEqual(["beacon 0 0"]);
    }
  });

  test("a peer that has no word to say is never taken for dead", async () => {
    const scene = new Scene({}, STOCK);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await scene.session.newStream();
    expect(await scene.seen()).toEqual(["open 1 0"]);
  });

  test("one that beacons is taken for dead when it falls silent", async () => {
    const scene = new Scene({ policy: { beaconInterval: 10_000 } }, STOCK);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(scene.session.closed).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
  });

  test("the first data on a stream that it opened waits a little, unless it sent some first", async () => {
    const scene = new Scene({ policy: { firstWriteDelay: 5 } }, STOCK, "server");
    const silent = await opened(scene, 1);
    await silent.write(x(2));
    await silent.close();
    expect(await scene.seen()).toEqual([]);
    await vi.advanceTimersByTimeAsync(5);
    expect(await scene.seen()).toEqual(["data 1 2", "end 1 0"]);
    void scene.session.close();

    const other = new Scene({ policy: { firstWriteDelay: 5 } }, STOCK, "server");
    const spoken = await opened(other, 1);
    await spoken.write(x(2));
    expect(await other.seen()).toEqual([]);
    await other.send(DATA, 1, 1, x(1));
    expect(await other.seen()).toEqual(["data 1 2"]);
    void other.session.close();

    const first = new Scene({ policy: { firstWriteDelay: 5 } }, STOCK, "server");
    const answering = await opened(first, 1);
    await first.send(DATA, 1, 1, x(1));
    await answering.write(x(2));
    expect(await first.seen()).toEqual(["data 1 2"]);
  });

  test("a refusal and a reset of a stream that it opened wait as its first data does", async () => {
    const scene = new Scene({ policy: { firstWriteDelay: 5 } }, STOCK, "server");
    const stream = await opened(scene, 1);
    stream.reset();
    expect(await scene.seen()).toEqual([]);
    await vi.advanceTimersByTimeAsync(5);
    expect(await scene.seen()).toEqual(["reset 1 0"]);

    const refusing = new Scene({ policy: { firstWriteDelay: 5 } }, STOCK, "server");
    refusing.session.listen(() => ({ accept: false }));
    await refusing.send(OPEN, 1);
    expect(await refusing.seen()).toEqual([]);
    await vi.advanceTimersByTimeAsync(5);
    expect(await refusing.seen()).toEqual(["reset 1 0"]);

    const other = new Scene({ policy: { firstWriteDelay: 5 } }, STOCK, "server");
    const spoken = await opened(other, 1);
    await other.send(DATA, 1, 1, x(1));
    spoken.reset();
    expect(await other.seen()).toEqual(["reset 1 0"]);
  });

  test("our end waits a little after its end, and no longer than that", async () => {
    const scene = new Scene({ policy: { lastEndDelay: 50 } }, STOCK, "server");
    const stream = await opened(scene, 1);
    await scene.send(END, 1);
    await stream.write(x(2));
    await stream.close();
    expect(await scene.seen()).toEqual(["data 1 2"]);
    await vi.advanceTimersByTimeAsync(50);
    expect(await scene.seen()).toEqual(["end 1 0"]);
    await stream.closed;
  });

  test("our end waits for its end where one end ends both", async () => {
    const scene = new Scene({ policy: { endAfterPeer: true } }, STOCK, "server");
    const stream = await opened(scene, 1);
    await stream.write(x(2));
    await stream.close();
    expect(await scene.seen()).toEqual(["data 1 2"]);
    await scene.send(END, 1);
    expect(await scene.seen()).toEqual(["end 1 0"]);
    await stream.closed;
  });

  test("without windows, so much unread of all streams stops the reading, and what is read lets it go on", async () => {
    const none = { window: Number.POSITIVE_INFINITY, policy: { sessionWindow: 1000, beaconInterval: 10_000 } };
    const scene = new Scene(none, { ...STOCK, keepaliveInterval: 1000 }, "server");
    const stream = await opened(scene, 1);
    await scene.send(DATA, 1, 999, x(999));
    await scene.send(DATA, 1, 10, x(10));
    await scene.send(DATA, 1, 500, x(500));
    await scene.send(DATA, 1, 500, x(500));
    await vi.advanceTimersByTimeAsync(60_000);
    const before = scene.session.stats().bytesIn;
    let unread = 999 + 10 + 1000;
    while (unread > 0) unread -= (await stream.read())?.byteLength ?? 0;
    expect(scene.session.stats().bytesIn).toBeGreaterThan(before);
    expect(unread).toBe(0);
  });

  test("a writer without credit, whose peer has ended and gives none, is let go after halfCloseLinger", async () => {
    const scene = new Scene({ window: 16_384 }, { ...STOCK, initialWindow: 16_384, halfCloseLinger: 1000 }, "server");
    const stream = await opened(scene, 1);
    const written = stream.write(x(20_000));
    await scene.send(END, 1);
    await vi.advanceTimersByTimeAsync(2000);
    await expect(written).rejects.toMatchObject({ code: "ERR_RESET" });
    expect(scene.session.stats().streamsOpen).toBe(0);
  });
});
