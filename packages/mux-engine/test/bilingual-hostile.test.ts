// Peers that lie about who they are, and in the frames that only our own ends understand. The session ends with a typed error, or
// nothing happens; what is kept stays bounded.

import fc from "fast-check";
import { type BilingualOptions, bilingualMux, Output, type Role, writeU32 } from "mux-engine";
import {
  type Conn,
  isStreamsError,
  memoryPair,
  type Stream,
  type StreamProvider,
  type StreamsError,
} from "streams-core";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, onTestFinished, test } from "vitest";
import * as X from "../src/extension.js";
import { errorOf, turn, untilTaken } from "./tools/raw-peer.js";
import { BEACON, CREDIT, DATA, END, EXTENSION, frame, OPEN, RESET, SIGN, TinyCodec } from "./tools/tiny-codec.js";

const NOTHING = new Uint8Array(0);
const FLOOD = 100_000;

function bytes(
  ...parts: readonly (readonly [type: number, id: number, value: number, payload?: Uint8Array])[]
): Uint8Array {
  const out = new Output();
  for (const [type, id, value, payload = NOTHING] of parts) {
    frame(out, type, id, value);
    out.append(payload);
  }
  return new Uint8Array(Buffer.concat(out.take()));
}

/** An extension frame with this body, whatever it is. */
const raw = (id: number, body: Uint8Array): Uint8Array => bytes([EXTENSION, id, body.byteLength, body]);

function extension(id: number, kind: number, value = 0, rest: Uint8Array = NOTHING): Uint8Array {
  const head = new Uint8Array(5);
  head[0] = kind;
  writeU32(head, 1, value);
  return raw(id, Buffer.concat([head, rest]));
}

const sign = bytes([SIGN, 0, 0]);
const open = (id: number): Uint8Array => bytes([OPEN, id, 0]);
const data = (id: number, length: number): Uint8Array => bytes([DATA, id, length, new Uint8Array(length)]);
const end = (id: number): Uint8Array => bytes([END, id, 0]);

/** A session, and a peer of it that says what the test wants. */
class Liar {
  readonly session: StreamProvider;
  readonly #conn: Conn;
  /** Bytes that came. */
  got = 0;

  constructor(options: BilingualOptions = {}, role: Role = "server") {
    const [near, far] = memoryPair({ highWaterMark: 1 << 20 });
    this.#conn = far;
    this.session = bilingualMux((own) => new TinyCodec(own), options)(near, role);
    void this.#readAll();
    onTestFinished(async () => {
      far.reset();
      await this.session.close();
    });
  }

  async say(...parts: readonly Uint8Array[]): Promise<void> {
    void this.#conn.write(new Uint8Array(Buffer.concat(parts)));
    await untilTaken(this.session);
  }

  failure(): Promise<StreamsError> {
    return errorOf(this.session.closed);
  }

  async #readAll(): Promise<void> {
    try {
      for await (const chunk of this.#conn) this.got += chunk.byteLength;
      await this.#conn.close();
    } catch {
      // The session broke it off.
    }
  }
}

/** What a peer says, and what it gets for it. */
type Lie = readonly [does: string, lies: Uint8Array[]];
/** What comes first, and what then comes again and again. */
type Flood = readonly [of: string, first: Uint8Array[], one: Uint8Array];

const times = (count: number, part: Uint8Array): Uint8Array[] => Array.from({ length: count }, () => part);

/** The session opens a stream, and the peer is one of ours. */
async function opener(): Promise<{ liar: Liar; stream: Stream; id: number }> {
  const liar = new Liar({}, "client");
  await liar.say(sign);
  const stream = await liar.session.newStream();
  await turn();
  return { liar, stream, id: Number(stream.id) };
}

describe("the sign", () => {
  test("after signTimeout, with streams open as to an original, ends the session: they say so, and are no clean ends", async () => {
    const liar = new Liar({ signTimeout: 1 }, "client");
    const stream = await liar.session.newStream();
    await liar.session.ready;
    void stream.write(new Uint8Array(5));
    await turn();
    await liar.say(sign);
    expect(await liar.failure()).toMatchObject({ code: "ERR_TIMEOUT", remote: true });
    expect((await errorOf(stream.read())).code).toBe("ERR_TIMEOUT");
    expect(liar.session.stats().streamsOpen).toBe(0);
  });

  test("again and again has no effect: no window grows by it, and nothing is answered", async () => {
    for (const peer of ["auto", "streams", "stock"] as const) {
      const liar = new Liar({ peer }, "client");
      await liar.say(sign);
      const stream = await liar.session.newStream();
      await turn();
      const before = [...liar.session.stats().streams()][0]?.sendCredit;
      const got = liar.got;
      await liar.say(...times(5000, sign));
      expect([...liar.session.stats().streams()][0]?.sendCredit).toBe(before);
      expect(liar.got - got).toBeLessThan(100);
      expect(stream.id).toBe("1");
    }
  });

  test("comes back from a peer that echoes all that it gets: that is no end of ours, as the first stream shows", async () => {
    const [near, far] = memoryPair();
    const session = bilingualMux((own) => new TinyCodec(own))(near, "client");
    void (async () => {
      for await (const chunk of far) await far.write(chunk);
    })().catch(() => {});
    await session.ready;
    const stream = await session.newStream();
    expect((await errorOf(session.closed)).code).toBe("ERR_PROTOCOL");
    expect((await errorOf(stream.read())).code).toBe("ERR_PROTOCOL");
  });

  test("behind another frame makes nobody one of ours: the extension frame behind it ends the session", async () => {
    const liar = new Liar();
    await liar.say(bytes([BEACON, 0, 0]), sign);
    expect(liar.session.features.headers).toBe("none");
    await liar.say(extension(1, X.OPEN, 3, encodeHeaders({ a: "b" })), open(1));
    expect((await liar.failure()).code).toBe("ERR_PROTOCOL");
  });
});

describe("extension frames of who has not said the sign", () => {
  test.each(["auto", "stock"] as const)("as the first frame, with peer %s, end the session", async (peer) => {
    for (const first of [extension(0, X.PING, 1), extension(1, X.OPEN, 3), raw(1, NOTHING)]) {
      const liar = new Liar({ peer });
      await liar.say(first);
      expect((await liar.failure()).code).toBe("ERR_PROTOCOL");
    }
  });

  test("with peer streams, end it as the wrong protocol", async () => {
    const liar = new Liar({ peer: "streams" });
    await liar.say(extension(0, X.PING, 1));
    expect((await liar.failure()).code).toBe("ERR_WRONG_PROTOCOL");
  });

  test("with peer stock, end it also behind a sign", async () => {
    const liar = new Liar({ peer: "stock" });
    await liar.say(sign, extension(0, X.PING, 1));
    expect((await liar.failure()).code).toBe("ERR_PROTOCOL");
  });

  test("after signTimeout, end it", async () => {
    const liar = new Liar({ signTimeout: 1 });
    await liar.session.ready;
    await liar.say(bytes([BEACON, 0, 0]), extension(0, X.PING, 1));
    expect((await liar.failure()).code).toBe("ERR_PROTOCOL");
  });
});

describe("lies in extension frames of a server's peer", () => {
  const block = encodeHeaders({ a: "b" });
  const cases: readonly Lie[] = [
    ["is empty", [raw(1, NOTHING)]],
    ["has a kind and no number", [raw(1, Uint8Array.of(X.OPEN, 0, 0, 0))]],
    ["has kind 0", [extension(1, 0)]],
    ["has a kind that there is not", [extension(0, 13)]],
    ["has kind 255", [extension(1, 255)]],
    ["announces stream 0", [extension(0, X.OPEN, 3)]],
    ["announces with urgency 8", [extension(1, X.OPEN, 8), open(1)]],
    ["announces with an urgency of 32 bits", [extension(1, X.OPEN, 0xffffff03), open(1)]],
    ["announces one stream and opens another", [extension(1, X.OPEN, 3, block), open(3)]],
    ["announces two streams", [extension(1, X.OPEN, 3, block), extension(3, X.OPEN, 3, block), open(3)]],
    ["announces a stream of the other parity and opens it", [extension(2, X.OPEN, 3, block), open(2)]],
    ["announces a stream that is open, and opens it", [open(1), extension(1, X.OPEN, 3, block), open(1)]],
    ["announces with half a header block", [extension(1, X.OPEN, 3, block.subarray(0, 4)), open(1)]],
    ["announces with more than a header block may have", [extension(1, X.OPEN, 3, new Uint8Array(16385))]],
    ["accepts its own stream", [open(1), extension(1, X.ACCEPT)]],
    ["accepts a stream that there is not", [extension(2, X.ACCEPT)]],
    ["refuses its own stream", [open(1), extension(1, X.REFUSE)]],
    ["refuses a stream that there is not", [extension(2, X.REFUSE)]],
    ["resets a stream that there is not", [extension(7, X.RESET, 5)]],
    ["stops a stream that there is not", [extension(7, X.STOP, 5)]],
    ["aborts a stream that there is not", [extension(7, X.ABORT, 5)]],
    ["aborts what it has ended", [open(1), end(1), extension(1, X.ABORT, 5)]],
    ["aborts twice", [open(1), extension(1, X.ABORT, 5), extension(1, X.ABORT, 5)]],
    ["sends after an abort", [open(1), extension(1, X.ABORT, 5), data(1, 1)]],
    ["gives credit to a stream that there is not", [extension(7, X.CREDIT, 5)]],
    ["has a body behind a reset", [open(1), extension(1, X.RESET, 5, Uint8Array.of(1))]],
    ["pings on a stream", [open(1), extension(1, X.PING, 5)]],
    ["drains on a stream", [open(1), extension(1, X.DRAIN, 5)]],
    ["closes on a stream", [open(1), extension(1, X.CLOSE, 5, new Uint8Array(4))]],
    ["closes without a code", [extension(0, X.CLOSE, 5)]],
    ["closes with too long a reason", [extension(0, X.FAIL, 5, new Uint8Array(4 + 257))]],
  ];

  test.each(cases)("one that %s ends the session", async (_, lies) => {
    const liar = new Liar();
    let asked = 0;
    liar.session.listen(() => {
      asked += 1;
    });
    await liar.say(sign, ...lies, open(101), extension(0, X.PING, 1));
    expect(await liar.failure()).toMatchObject({ code: "ERR_PROTOCOL", remote: true });
    // Nothing behind the lie was believed.
    expect(asked).toBeLessThanOrEqual(1);
    expect(liar.session.stats().streamsOpen).toBe(0);
  });

  test("more credit than there can be ends it", async () => {
    const liar = new Liar();
    await liar.say(sign, open(1), extension(1, X.CREDIT, 0xffffffff));
    expect((await liar.failure()).code).toBe("ERR_FLOW_CONTROL");
  });

  test("129 headers in an announcement end it at the limit", async () => {
    const liar = new Liar();
    const field = Uint8Array.of(1, 0, 0, 97);
    await liar.say(sign, extension(1, X.OPEN, 3, Buffer.concat(times(129, field))), open(1));
    expect((await liar.failure()).code).toBe("ERR_HEADERS_TOO_LARGE");
  });

  test("any bodies give effects or a typed error", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom(0, 1, 2, 3, 7), fc.nat(14), fc.nat(0xffffffff), fc.uint8Array({ maxLength: 12 })),
          { maxLength: 8 },
        ),
        async (frames) => {
          const [near, far] = memoryPair();
          const session = bilingualMux((own) => new TinyCodec(own))(near, "server");
          session.listen(() => ({ accept: true }));
          const said = frames.map(([id, kind, value, rest]) => extension(id, kind, value, rest));
          void far.write(new Uint8Array(Buffer.concat([sign, open(1), open(3), ...said])));
          await turn();
          far.reset();
          const ended = await session.closed.catch((error: unknown) => error);
          if (ended instanceof Error) expect(isStreamsError(ended) && ended.code).toMatch(/^ERR_(?!INTERNAL)/);
          expect(session.stats().streamsOpen).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("lies about streams of ours", () => {
  test.each([
    ["accepts twice", (id: number) => [extension(id, X.ACCEPT), extension(id, X.ACCEPT)]],
    ["refuses what it has accepted", (id: number) => [extension(id, X.ACCEPT), extension(id, X.REFUSE)]],
    ["sends before it accepts", (id: number) => [data(id, 1)]],
    ["ends before it accepts", (id: number) => [end(id)]],
    ["aborts before it accepts", (id: number) => [extension(id, X.ABORT, 1)]],
    ["accepts with headers that are none", (id: number) => [extension(id, X.ACCEPT, 0, Uint8Array.of(1, 0))]],
    ["refuses with headers that are none", (id: number) => [extension(id, X.REFUSE, 0, Uint8Array.of(1, 0))]],
    ["accepts the next one, which is not open yet", (id: number) => [extension(id + 2, X.ACCEPT)]],
  ] as const)("a peer that %s ends the session, and the stream with it", async (_, lies) => {
    const { liar, stream, id } = await opener();
    await liar.say(...lies(id));
    expect((await liar.failure()).code).toBe("ERR_PROTOCOL");
    expect((await errorOf(stream.closed)).remote).toBe(true);
  });

  test("a reset before the decision, also twice, is a reset, and no clean end", async () => {
    const { liar, stream, id } = await opener();
    await liar.say(extension(id, X.RESET, 9), extension(id, X.RESET, 9), extension(id, X.ACCEPT));
    expect(await errorOf(stream.opened)).toMatchObject({ code: "ERR_RESET", resetCode: 9 });
    expect(liar.session.stats().streamsOpen).toBe(0);
    await liar.session.newStream();
  });
});

describe("floods of extension frames", () => {
  const floods: readonly Flood[] = [
    ["credits of zero", [open(1)], extension(1, X.CREDIT, 0)],
    ["drains", [], extension(0, X.DRAIN, 0x7fffffff)],
    ["stops of one stream", [open(1)], extension(1, X.STOP, 5)],
    ["pings", [], extension(0, X.PING, 5)],
    ["resets of a stream that is over", [open(1), extension(1, X.RESET, 1)], extension(1, X.RESET, 1)],
    ["stops of a stream that is over", [open(1), extension(1, X.RESET, 1)], extension(1, X.STOP, 1)],
    ["acceptances of a stream that is over", [open(1), extension(1, X.RESET, 1)], extension(1, X.ACCEPT, 1)],
  ];

  test.each(floods)("100,000 %s end the session with ERR_CALM", async (_, first, one) => {
    const liar = new Liar();
    liar.session.listen();
    await liar.say(sign, ...first, ...times(FLOOD, one));
    expect((await liar.failure()).code).toBe("ERR_CALM");
    // What it answered, if anything, was little.
    expect(liar.got).toBeLessThan(100_000);
  });

  test("100,000 stops of a stream of ours, which has stopped, end it too", async () => {
    const { liar, id } = await opener();
    await liar.say(extension(id, X.ACCEPT), ...times(FLOOD, extension(id, X.STOP, 5)));
    expect((await liar.failure()).code).toBe("ERR_CALM");
  });

  test("100,000 answers to pings that nobody sent are ignored", async () => {
    const liar = new Liar();
    await liar.say(sign, ...times(FLOOD, extension(0, X.PONG, 77)), open(1));
    expect(liar.session.stats().streamsOpen).toBe(1);
  });

  test("streams announced, opened and reset start no more handlers than the backlog has room for, and end in ERR_CALM", async () => {
    const liar = new Liar();
    let running = 0;
    liar.session.listen(() => {
      running += 1;
      return new Promise<never>(() => {});
    });
    const said: Uint8Array[] = [sign];
    const block = encodeHeaders({ a: "b".repeat(100) });
    for (let i = 0; i < 5000; i += 1) {
      const id = 1 + 2 * i;
      said.push(extension(id, X.OPEN, 3, block), open(id), extension(id, X.RESET, 1));
    }
    await liar.say(...said);
    expect((await liar.failure()).code).toBe("ERR_CALM");
    expect(running).toBe(128);
  });

  test("a head that announces a long body costs nothing until it comes", async () => {
    const liar = new Liar();
    await liar.say(sign, bytes([EXTENSION, 1, 0x7fffffff], [RESET, 0, 0], [CREDIT, 0, 0]));
    expect(liar.session.stats().bytesIn).toBeLessThan(100);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(0x7fffffff / 2);
  });
});
