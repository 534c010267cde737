// Many streams and many messages, and nothing left of them.

import type { Listener, Stream, StreamProvider } from "streams-core";
import { check, equal } from "../tools/assert.js";
import { pattern } from "../tools/bytes.js";
import { activeResources, heapAfterCollection } from "../tools/host.js";
import type { ProviderCase, ProviderScene } from "./scene.js";

const theme = "scale";

/** Streams at one time × messages on each. */
const GRID: readonly (readonly [streams: number, messages: number])[] = [
  [1, 1],
  [1, 10],
  [1, 100],
  [10, 1],
  [10, 10],
  [10, 100],
  [100, 1],
  [100, 10],
  [100, 100],
  [1000, 1],
  [1000, 10],
];

/** Streams that are opened before the first of them is accepted: fewer than any backlog. */
const BATCH = 32;
const MANY = 10_000;
const GROWTH = 2 * 1024 * 1024;

export const scale: readonly ProviderCase[] = [
  ...GRID.map(
    ([streams, messages]): ProviderCase => ({
      theme,
      name: `${streams} ${streams === 1 ? "stream" : "streams"} × ${messages} ${messages === 1 ? "message" : "messages"} are echoed`,
      symmetric: streams !== 100,
      patience: 12,
      async run(t) {
        const { opener, accepter } = await t.session();
        const count = Math.min(streams, t.limits.streams);
        await t.withinLong("all echoes", echoes(t, opener, accepter.listen(), count, messages));
      },
    }),
  ),
  {
    theme,
    name: "10,000 streams one after the other leave no stream, timer, handle or memory",
    symmetric: true,
    patience: 12,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const count = Math.max(BATCH, Math.round(MANY * t.scale));
      await t.withinLong("a few streams to warm up", shortStreams(opener, listener, Math.min(count, 500)));
      const before = activeResources();
      const heap = heapAfterCollection();
      await t.withinLong(`${count} streams`, shortStreams(opener, listener, count));
      for (const end of [opener, accepter]) {
        await t.until("no stream to be open", () => end.stats().streamsOpen === 0);
        equal([...end.stats().streams()].length, 0, "streams listed");
      }
      if (before !== undefined) {
        await t.until(`the process to hold no more than before (${held(before)})`, () => heldAtMost(before));
      }
      const grown = (heapAfterCollection() ?? 0) - (heap ?? 0);
      check(grown <= GROWTH, `the heap grew by ${grown} bytes`);
      const [near, far] = await t.connect(opener, listener);
      await t.alive(near, far);
    },
  },
];

/** All streams open at once, then every message on every stream there and back. */
async function echoes(
  t: ProviderScene,
  opener: StreamProvider,
  listener: Listener,
  count: number,
  messages: number,
): Promise<void> {
  const streams: Stream[] = [];
  const served: Promise<void>[] = [];
  while (streams.length < count) {
    const batch = Math.min(BATCH, count - streams.length);
    for (let i = 0; i < batch; i += 1) streams.push(await opener.newStream());
    for (let i = 0; i < batch; i += 1) served.push(echo(await t.accept(listener)));
  }
  await Promise.all(streams.map((stream, i) => talk(stream, i, messages)));
  await Promise.all(served);
}

async function talk(stream: Stream, number: number, messages: number): Promise<void> {
  for (let message = 0; message < messages; message += 1) {
    const sent = pattern(20 + ((number + message) % 200), number * 1000 + message);
    await stream.write(sent.slice());
    for (let at = 0; at < sent.byteLength; ) {
      const chunk = await stream.read();
      check(chunk !== null, `stream ${number} ended in message ${message}`);
      for (const byte of chunk) {
        if (byte !== sent[at]) equal(byte, sent[at], `stream ${number}, message ${message}, byte ${at}`);
        at += 1;
      }
    }
  }
  await stream.close();
  equal(await stream.read(), null, `the end of stream ${number}`);
}

async function echo(stream: Stream): Promise<void> {
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}

async function shortStreams(opener: StreamProvider, listener: Listener, count: number): Promise<void> {
  for (let done = 0; done < count; done += BATCH) {
    const batch = Math.min(BATCH, count - done);
    const near = Array.from({ length: batch }, (_, i) => shortStream(opener, done + i));
    const far = Array.from({ length: batch }, async () => {
      const stream = await listener.accept();
      check(stream !== null, "accept gave null where a stream was expected");
      await echo(stream);
    });
    await Promise.all([...near, ...far]);
  }
}

async function shortStream(opener: StreamProvider, number: number): Promise<void> {
  const stream = await opener.newStream();
  const sent = Uint8Array.of(number, number >>> 8);
  void stream.write(sent.slice());
  void stream.close();
  let size = 0;
  for await (const chunk of stream) size += chunk.byteLength;
  equal(size, sent.byteLength, `bytes echoed on stream ${number}`);
}

function heldAtMost(before: ReadonlyMap<string, number>): boolean {
  for (const [kind, count] of activeResources() ?? []) if (count > (before.get(kind) ?? 0)) return false;
  return true;
}

function held(resources: ReadonlyMap<string, number>): string {
  return [...resources].map(([kind, count]) => `${count} ${kind}`).join(", ");
}
