// Streams that nobody accepts: a bounded number waits, the rest is refused.

import type { Stream } from "streams-core";
import { isStreamsError } from "streams-core";
import { check, equal } from "../tools/assert.js";
import { needsHeaders, type ProviderCase, type ProviderScene } from "./scene.js";

const theme = "backlog";
const MORE = 16;

export const backlog: readonly ProviderCase[] = [
  {
    theme,
    name: "streams beyond the backlog are refused, retry-safe; those within it and older ones live",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      const listener = accepter.listen();
      const [near, far] = await t.connect(opener, listener);
      const streams = await openBeyond(t, opener);
      const kept = await refusals(t, streams);
      await t.alive(near, far);
      const [first] = kept;
      check(first !== undefined, "a stream must be waiting");
      const accepted = await t.accept(listener);
      await t.alive(first, accepted);
      for (let i = 1; i < kept.length; i += 1) await t.accept(listener);
      const [next, taken] = await t.connect(opener, listener);
      await t.alive(next, taken);
    },
  },
  {
    theme,
    name: "streams whose handler has not decided count, and may be accepted afterwards",
    needs: needsHeaders,
    async run(t) {
      const { opener, accepter } = await t.session();
      let decide: () => void = () => {};
      const decided = new Promise<void>((resolve) => {
        decide = resolve;
      });
      const listener = accepter.listen(() => decided);
      const streams = await openBeyond(t, opener);
      const kept = await refusals(t, streams);
      decide();
      for (const stream of kept) await t.within("opened of a stream within the backlog", stream.opened);
      for (const _ of kept) await t.accept(listener);
    },
  },
];

async function openBeyond(t: ProviderScene, opener: Parameters<ProviderScene["newStream"]>[0]): Promise<Stream[]> {
  const streams: Stream[] = [];
  for (let i = 0; i < t.limits.backlog + MORE; i += 1) streams.push(await t.newStream(opener));
  return streams;
}

/** Waits until as many are refused as are too many, and gives the others. */
async function refusals(t: ProviderScene, streams: readonly Stream[]): Promise<Stream[]> {
  const refused = new Set<Stream>();
  const wrong: unknown[] = [];
  for (const stream of streams) {
    stream.opened.catch((error: unknown) => {
      refused.add(stream);
      if (!isStreamsError(error, "ERR_REFUSED") || !error.retryable) wrong.push(error);
    });
  }
  await t.until(`${MORE} of ${streams.length} streams to be refused`, () => refused.size >= MORE);
  equal(refused.size, MORE, "refused streams");
  equal(wrong.length, 0, `refusals that are no retryable ERR_REFUSED (${String(wrong[0])})`);
  return streams.filter((stream) => !refused.has(stream));
}
