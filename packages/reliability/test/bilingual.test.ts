// Every wire of others, between our own ends of which one lies: what only such ends understand of each other, in floods and at the
// wrong time. The liar's frames are those that the wire itself writes.

import { Output, type PeerParameters, Session, type SessionHost, SYN, type Wire } from "mux-engine";
import { isStreamsError } from "streams-core";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import { DEAF } from "../src/fuzz/feed.js";
import { WIRES, type WireFactory } from "../src/sim/wires.js";

const FLOOD = 100_000;
const DEFAULT_URGENCY = 3;
const NO_BLOCK = new Uint8Array(0);
const nothing = (): void => {};
const STILL: SessionHost = {
  now: () => 0,
  random: () => 0.5,
  ...{ wake: nothing, wakeLater: nothing, readOn: nothing, end: nothing },
};

/** A server's session, and the wire of a client that says to it what a test wants. */
class Liar {
  readonly session: Session;
  readonly wire: Wire;
  /** What the server announced, each time that it did. */
  readonly hellos: PeerParameters[] = [];
  /** Bytes that went to the server, and that it answered with. */
  said = 0;
  answered = 0;

  constructor(factory: WireFactory) {
    this.session = new Session(factory("server", {}), STILL);
    this.session.listen(() => ({ accept: true }));
    this.wire = factory("client", {});
    this.say((out) => this.wire.start(out));
    this.hear();
  }

  say(write: (out: Output) => void): void {
    const out = new Output();
    write(out);
    for (const chunk of out.take()) {
      this.said += chunk.byteLength;
      this.session.receive(chunk.slice());
    }
  }

  /** Takes what the server has to say. */
  hear(): void {
    const sink = { ...DEAF, hello: (parameters: PeerParameters) => void this.hellos.push(parameters) };
    for (let chunks = this.session.produce(1 << 20); chunks.length > 0; chunks = this.session.produce(1 << 20)) {
      for (const chunk of chunks) {
        this.answered += chunk.byteLength;
        this.wire.receive(chunk.slice(), sink);
      }
    }
  }

  /** Opens a stream, which the server accepts. */
  async open(): Promise<number> {
    const id = this.wire.ids.take() ?? 0;
    this.say((out) => this.wire.data(out, id, 0, SYN, NO_BLOCK, DEFAULT_URGENCY));
    await new Promise((resolve) => setImmediate(resolve));
    this.hear();
    return id;
  }

  /** What the session ended with; "alive" if it did not. */
  async fate(): Promise<string> {
    const ended = this.session.closed.then(
      () => "closed",
      (error: unknown) => (isStreamsError(error) ? error.code : String(error)),
    );
    return Promise.race([ended, new Promise<string>((resolve) => setImmediate(() => resolve("alive")))]);
  }
}

const repeated =
  (write: (out: Output) => void, count: number = FLOOD) =>
  (out: Output): void => {
    for (let i = 0; i < count; i += 1) write(out);
  };

for (const [name, factory] of Object.entries(WIRES)) {
  if (name === "native") continue;

  describe(name, () => {
    test("its two ends know each other as ours", async () => {
      const liar = new Liar(factory);
      await liar.open();
      expect(liar.hellos.length).toBe(1);
      expect(liar.wire.stop).toBeDefined();
      expect(liar.session.features).toMatchObject({ ping: true, drain: true, resetCode: true });
      expect(liar.session.stats().streamsAccepted).toBe(1);
    });

    test.each([
      ["stops of a stream", (wire: Wire, id: number) => (out: Output) => wire.stop?.(out, id, 5)],
      ["drains", (wire: Wire) => (out: Output) => wire.drain?.(out, 5)],
      ["pings", (wire: Wire) => (out: Output) => wire.ping?.(out, 5)],
      ["resets of a stream", (wire: Wire, id: number) => (out: Output) => wire.reset(out, id, 5)],
    ] as const)("a flood of %s ends the session with ERR_CALM, and is hardly answered", async (_, flood) => {
      const liar = new Liar(factory);
      const id = await liar.open();
      const before = liar.answered;
      liar.say(repeated(flood(liar.wire, id)));
      expect(await liar.fate()).toBe("ERR_CALM");
      liar.hear();
      expect(liar.answered - before).toBeLessThan(10_000);
      expect(liar.session.stats().streamsOpen).toBe(0);
    });

    test("a flood of answers to pings that nobody sent is ignored", async () => {
      const liar = new Liar(factory);
      liar.say(repeated((out) => liar.wire.pong?.(out, 7)));
      expect(await liar.fate()).toBe("alive");
      await liar.open();
      expect(liar.session.stats().streamsAccepted).toBe(1);
    });

    test("the start again, thousands of times, opens no window, and ends the session or is answered with less than it is long", async () => {
      const liar = new Liar(factory);
      await liar.open();
      const [before] = [...liar.session.stats().streams()];
      const { said, answered } = liar;
      liar.say(repeated((out) => liar.wire.start(out), 5000));
      liar.hear();
      const [after] = [...liar.session.stats().streams()];
      if ((await liar.fate()) === "alive") expect(after?.sendCredit).toBe(before?.sendCredit);
      else expect(await liar.fate()).toMatch(/^ERR_(PROTOCOL|WRONG_PROTOCOL|CALM|TIMEOUT)$/);
      expect(liar.answered - answered).toBeLessThan(liar.said - said);
    });

    // Where the wire has headers of its own they are its own tests' matter.
    test.runIf(new Liar(factory).session.features.headers === "preamble")(
      "headers that are none, and headers for a stream that is not opened then, end the session",
      async () => {
        const block = encodeHeaders({ name: "value" });
        for (const write of [
          (wire: Wire, out: Output): void => wire.data(out, wire.ids.take() ?? 0, 0, SYN, block.subarray(0, 5), 3),
          (wire: Wire, out: Output): void => {
            const [first = 0, second = 0] = [wire.ids.take(), wire.ids.take()];
            wire.refuse(out, first, 0, block);
            wire.data(out, second, 0, SYN, block, 3);
          },
        ]) {
          const liar = new Liar(factory);
          liar.say((out) => write(liar.wire, out));
          expect(await liar.fate()).toMatch(/^ERR_(PROTOCOL|HEADERS_INVALID)$/);
        }
      },
    );
  });
}
