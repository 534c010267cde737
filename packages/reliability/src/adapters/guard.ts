// What holds for every row, whatever it does: nothing escapes into the process, and a session beside it serves on.

import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { watchProcess } from "./process-watch.js";
import { echoAll, echoesOneMiB, type Pair } from "./streams.js";

/** After each test of the file a sibling session echoes 1 MiB, and nobody saw an error that nobody caught. */
export function underWatch(makePair: () => Promise<Pair>): void {
  let watch: { readonly seen: readonly string[]; stop(): void } | undefined;
  let sibling: Pair | undefined;
  beforeAll(async () => {
    watch = watchProcess();
    sibling = await makePair();
    void echoAll(sibling.server);
  });
  afterEach(async () => {
    if (sibling === undefined) throw new Error("no sibling");
    await echoesOneMiB(sibling.client);
    expect(watch?.seen).toEqual([]);
    expect(sibling.client.stats().streamsOpen).toBe(0);
  });
  afterAll(async () => {
    await sibling?.client.close();
    await sibling?.server.close();
    watch?.stop();
  });
}
