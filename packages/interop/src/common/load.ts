// Half of many streams reset by us while they carry data, for wires whose peer sees such a reset.

import { rejects, strictEqual } from "node:assert";
import { readAll, seeded, writeSeeded } from "../bytes.js";
import type { Pair } from "../original.js";
import { whole } from "../whole.js";

/** Resolves when those that were not reset came back whole and none is left. */
export async function halfReset({ session, peer }: Pair, count: number): Promise<void> {
  const echoing = Promise.all(Array.from({ length: count }, async () => (await peer.accept()).echo()));
  const work = Array.from({ length: count }, async (_, seed) => {
    const stream = await session.newStream();
    const back = readAll(stream);
    const writing = writeSeeded(stream, 300_000, seed).then(() => stream.close());
    if (seed % 2 === 0) {
      await stream.opened;
      stream.reset(seed);
      await rejects(writing, { code: "ERR_RESET" });
      return;
    }
    await writing;
    whole(await back, seeded(seed, 300_000), `stream ${seed}`);
  });
  await Promise.all([...work, echoing]);
  strictEqual(session.stats().streamsOpen, 0);
}
