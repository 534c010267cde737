// Rows of the scorecard whose point is time and order, scripted on the simulator's link and clock.

import type { EngineStream, Session, SessionOptions } from "mux-engine";
import { isStreamsError, type Stream } from "streams-core";
import { describe, expect, test } from "vitest";
import type { End } from "../src/sim/end.js";
import type { Fate } from "../src/sim/lane.js";
import { link } from "../src/sim/links.js";
import { Way } from "../src/sim/model.js";
import { Pair, turn } from "../src/sim/pair.js";
import { Random } from "../src/sim/random.js";
import { WIRES } from "../src/sim/wires.js";
import { observed } from "./tools/observed.js";

const KiB = 1024;
const MiB = 1024 * KiB;

for (const [name, wire] of Object.entries(WIRES)) {
  describe(name, () => {
    test("row 16: pongs that come late to inflate the round trip gain the growth budget and no more", async () => {
      const options: SessionOptions = { growthBudget: MiB };
      const far = link({ name: "far", latency: [900, 1000], room: 64 * MiB });
      const pair = new Pair({ wire, client: options, there: far, random: new Random(16) });
      const inbound = collect(pair.server);
      const outbound = await opened(pair.client, 20);
      await pair.until(() => inbound.streams.length === 20);
      for (const stream of inbound.streams) void drain(stream);
      let most = 0;
      for (let round = 0; round < 40; round += 1) {
        for (const stream of outbound) if (stream.unsent.size === 0) void stream.write(new Uint8Array(300 * KiB));
        for (let step = 0; step < 20; step += 1) {
          await pair.step();
          most = Math.max(most, grown(inbound.streams, pair.server.initialWindow));
          pair.advance(100);
        }
      }
      expect(most).toBeGreaterThan(MiB / 2);
      expect(most).toBeLessThanOrEqual(MiB);
    });

    test("row 18: both ends write 16 MiB before either reads; they wait at the window, then every byte arrives", async () => {
      const pair = new Pair({ wire, random: new Random(18) });
      const inbound = collect(pair.server);
      const [there] = await opened(pair.client, 1);
      await pair.until(() => inbound.streams.length === 1);
      const back = inbound.streams[0];
      if (there === undefined || back === undefined) throw new Error("No stream.");
      const ways = [new Way(1), new Way(2)] as const;
      const writing = [fill(there, ways[0], 16 * MiB), fill(back, ways[1], 16 * MiB)];
      for (let step = 0; step < 500; step += 1) await pair.step();
      const { initialWindow } = pair.client;
      for (const stream of [there, back]) {
        expect(stream.unread).toBe(initialWindow);
        // One chunk waits beside what is on its way to the transport.
        expect(stream.unsent.size).toBeLessThanOrEqual(64 * KiB + initialWindow);
      }
      const reading = [verify(there, ways[1]), verify(back, ways[0])];
      let done = false;
      void Promise.all([...writing, ...reading]).then(() => {
        done = true;
      });
      await pair.until(() => done);
      expect(ways.map(({ delivered, ended }) => [delivered, ended])).toEqual([
        [16 * MiB, true],
        [16 * MiB, true],
      ]);
    });

    test("row 19: a small stream waits for at most two frames of a bulk one", async () => {
      const frames: { readonly id: number; readonly length: number }[] = [];
      const pair = new Pair({ wire: observed(wire, "client", (id, length) => frames.push({ id, length })) });
      const inbound = collect(pair.server);
      const [bulk, small] = await opened(pair.client, 2);
      await pair.until(() => inbound.streams.length === 2);
      for (const stream of inbound.streams) void drain(stream);
      if (bulk === undefined || small === undefined) throw new Error("No stream.");
      for (let round = 0; round < 50; round += 1) {
        while (bulk.unsent.size < 4 * MiB) void bulk.write(new Uint8Array(MiB));
        await pair.step();
        const before = frames.length;
        void small.write(new Uint8Array(10));
        await pair.until(() => small.unsent.size === 0);
        const ahead = frames.slice(before).findIndex(({ id }) => id === small.number);
        expect(ahead).toBeGreaterThanOrEqual(0);
        expect(ahead).toBeLessThanOrEqual(2);
      }
      expect(frames.some(({ id, length }) => id === bulk.number && length > 16_000)).toBe(true);
    });

    test("row 34: a transport cut after every byte leaves an exact prefix, an end only if it came, and nothing pending", async () => {
      const whole = await cutAfter(undefined);
      expect(whole.ended).toBe(true);
      let ends = 0;
      for (const how of ["end", "error", "silence"] as const) {
        for (let after = 0; after < whole.bytes; after += 1) {
          const { ended, delivered, written, failures } = await cutAfter({ after, how });
          if (ended) expect(delivered).toBe(written);
          else expect(failures).toContain(how === "silence" ? "ERR_TIMEOUT" : "ERR_TRANSPORT_LOST");
          if (ended) ends += 1;
        }
      }
      // The stream's end comes before the session's.
      expect(ends).toBeGreaterThan(0);
    });

    test.for(["there", "back"] as const)(
      "row 35: a transport that stalls on its way %s ends both sessions, with an error on every stream",
      async (way) => {
        const stalling = link({ name: "stalling", fate: { after: 5000, how: "silence" } });
        const pair = new Pair({
          wire,
          random: new Random(35),
          [way]: stalling,
          [way === "there" ? "back" : "there"]: link({ name: "good" }),
        });
        const inbound = collect(pair.server);
        const outbound = await opened(pair.client, 10);
        const failures: unknown[] = [];
        const judge = (stream: Stream): void =>
          void Promise.all([fill(stream, new Way(1), MiB), drain(stream)]).catch((error) => failures.push(error));
        outbound.forEach(judge);
        await pair.until(() => inbound.streams.length > 0);
        inbound.streams.forEach(judge);
        await pair.until(() => pair.done);
        await turn();
        expect(failures).toHaveLength(outbound.length + inbound.streams.length);
        for (const error of failures) expect(isStreamsError(error)).toBe(true);
        const endings = await Promise.all(
          pair.ends.map(({ session }) => session.closed.catch((error: unknown) => error)),
        );
        expect(endings).toContainEqual(expect.objectContaining({ code: "ERR_TIMEOUT", remote: true }));
        expect(pair.clock.now).toBeLessThan(45_000);
        for (const { session } of pair.ends)
          expect([session.stats().streamsOpen, session.nextTick]).toEqual([0, Number.POSITIVE_INFINITY]);
      },
    );

    test("row 40: a stream that is written, closed and shut down at once arrives whole, a thousand times", async () => {
      for (let seed = 1; seed <= 1000; seed += 1) {
        const random = new Random(seed);
        const pair = new Pair({
          wire,
          random,
          there: link({ name: "cut", latency: [0, 5], largest: random.pick([100, 1500, 65_536]) }),
        });
        const way = new Way(seed);
        const inbound = collect(pair.server, (stream) => void verify(stream, way).then(() => stream.close()));
        const size = random.between(1, 40_000);
        const stream = await pair.client.session.newStream();
        void stream.write(way.next(size));
        way.closed = true;
        void stream.close();
        void drain(stream);
        void pair.client.session.shutdown();
        await pair.until(() => pair.done);
        await turn();
        expect([inbound.streams.length, way.delivered, way.ended]).toEqual([1, size, true]);
        expect(await pair.server.session.closed).toMatchObject({ code: 0, remote: true });
      }
    });

    test("row 41: in a drain under load every stream is either served or fails as retryable, never both", async () => {
      let served = 0;
      let refused = 0;
      for (let seed = 1; seed <= 40; seed += 1) {
        const pair = new Pair({
          wire,
          random: new Random(seed),
          there: link({ name: "far", latency: [5, 10], largest: 500 }),
        });
        const inbound = collect(pair.server, (stream) => void drain(stream).then(() => stream.close()));
        let ready = false;
        void pair.client.session.ready.then(() => {
          ready = true;
        });
        await pair.until(() => ready);
        const outcomes: Promise<[id: string, outcome: string]>[] = [];
        for (let round = 0; round < 40; round += 1) {
          if (round === 25) void pair.server.session.shutdown();
          for (let n = 0; n < 5; n += 1) {
            const opening = pair.client.session.newStream().catch(() => undefined);
            const stream = await opening;
            if (stream === undefined) continue;
            void stream.write(new Uint8Array(2000));
            void stream.close();
            outcomes.push(
              drain(stream).then(
                () => [stream.id, "served"],
                (error) => [stream.id, retryOf(error)],
              ),
            );
          }
          await pair.step();
          pair.advance(1);
        }
        await pair.until(() => pair.done);
        const surfaced = new Set(inbound.streams.map(({ id }) => id));
        for (const [id, outcome] of await Promise.all(outcomes)) {
          expect([outcome, surfaced.has(id)]).toEqual(outcome === "served" ? ["served", true] : ["retryable", false]);
          if (outcome === "served") served += 1;
          else refused += 1;
        }
      }
      expect(served).toBeGreaterThan(100);
      expect(refused).toBeGreaterThan(100);
    });

    test("row 43: an event loop blocked for twice the keepalive finds its input first, and no false death", async () => {
      const options = { keepaliveInterval: 1000, keepaliveTimeout: 500 };
      const pair = new Pair({ wire, client: options, server: {} });
      collect(pair.server);
      const [stream] = await opened(pair.client, 1);
      for (let times = 0; times < 20; times += 1) {
        const { bytesOut } = pair.client.session.stats();
        // It has pinged, and its event loop is blocked before the answer can come.
        await pair.until(() => pair.client.session.stats().bytesOut > bytesOut && pair.clock.now > 500);
        for (const until = pair.clock.now + 3000; pair.clock.now < until; pair.clock.now += 100) {
          pair.server.send();
          pair.server.receive(10);
          pair.server.tick();
          await turn();
        }
        pair.client.tick();
        await pair.step();
      }
      expect([pair.client.over, pair.server.over, stream?.failed]).toEqual([false, false, false]);
    });

    /** A short session whose way to the server ends by its fate. */
    async function cutAfter(
      fate: Fate | undefined,
    ): Promise<{ ended: boolean; delivered: number; written: number; bytes: number; failures: string[] }> {
      const there = link({ name: "cut", largest: 97, ...(fate && { fate }) });
      const pair = new Pair({ wire, random: new Random(34), there, back: link({ name: "back" }) });
      const way = new Way(34);
      const failures: string[] = [];
      const note = (error: unknown): void => void failures.push(isStreamsError(error) ? error.code : String(error));
      let pending = 0;
      const track = (work: Promise<unknown>): void => {
        pending += 1;
        work.catch(note).then(() => {
          pending -= 1;
        });
      };
      collect(pair.server, (stream) => {
        track(verify(stream, way));
        track(stream.closed);
        track(stream.close());
      });
      const stream = await pair.client.session.newStream({ kind: "cut" });
      track(stream.write(way.next(200)));
      track(stream.closed);
      track(stream.opened);
      track(drain(stream));
      await pair.until(() => stream.unsent.size === 0);
      track(stream.write(way.next(100)));
      way.closed = true;
      track(stream.close());
      track(pair.client.session.ready);
      track(pair.server.session.ready);
      track(pair.client.session.ping());
      await pair.until(() => stream.ended);
      track(pair.client.session.shutdown());
      await pair.until(() => pair.done);
      for (const { session } of pair.ends) track(session.closed);
      await turn();
      expect(pending).toBe(0);
      const { delivered, written, ended } = way;
      return { delivered, written, ended, failures, bytes: pair.client.session.stats().bytesOut };
    }
  });
}

interface Inbound {
  readonly streams: EngineStream[];
}

/** Accepts all that comes. */
function collect(end: End, each: (stream: EngineStream) => void = () => {}): Inbound {
  const streams: EngineStream[] = [];
  const accept = async (): Promise<void> => {
    for await (const stream of end.session.listen()) {
      streams.push(stream as EngineStream);
      each(stream as EngineStream);
    }
  };
  void accept();
  return { streams };
}

function opened({ session }: { readonly session: Session }, count: number): Promise<EngineStream[]> {
  return Promise.all(Array.from({ length: count }, () => session.newStream()));
}

async function drain(stream: Stream): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.byteLength;
  return bytes;
}

/** Writes so many bytes, waiting for room, then the end. */
async function fill(stream: Stream, way: Way, size: number): Promise<void> {
  while (way.written < size) await stream.write(way.next(Math.min(64 * KiB, size - way.written)));
  way.closed = true;
  await stream.close();
}

/** Reads to the end. @throws when something else comes than was written, or the end too early */
async function verify(stream: Stream, way: Way): Promise<void> {
  for await (const chunk of stream) mustBeFine(way.got(chunk));
  mustBeFine(way.gotEnd());
}

function mustBeFine(wrong: string | undefined): void {
  if (wrong !== undefined) throw new Error(wrong);
}

function grown(streams: readonly EngineStream[], initialWindow: number): number {
  return streams.reduce((sum, stream) => sum + stream.window - initialWindow, 0);
}

function retryOf(error: unknown): string {
  return isStreamsError(error) && error.retryable ? "retryable" : String(error);
}
