// What holds after every script, whatever it did: nothing escaped, every promise settled, the sessions are empty, the heap is as it
// was, and a sibling session in the same process worked all the while.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { memoryPair, type Stream } from "streams-core";
import { watchProcess } from "../adapters/process-watch.js";
import type { HostileCodec } from "./codec.js";
import { bytesInUse } from "./heap.js";
import { type FakeTimers, Site } from "./site.js";

const MiB = 1 << 20;
/** What the heap may be larger afterwards, in bytes. */
const HEAP_GROWTH = 2 * MiB;

export type Script = (site: Site) => Promise<void>;

export async function judge(codec: HostileCodec, clock: FakeTimers, script: Script): Promise<void> {
  const watch = watchProcess();
  const said = muteConsole();
  try {
    let growth = await heapGrowth(() => judgeOnce(codec, clock, script));
    // The first time, code is compiled and caches fill.
    if (growth > HEAP_GROWTH) growth = await heapGrowth(() => judgeOnce(codec, clock, script));
    assert.ok(growth <= HEAP_GROWTH, `The heap grew by ${growth} bytes.`);
  } finally {
    watch.stop();
    assert.deepEqual([...said.stop(), ...watch.seen], []);
  }
}

/** What was in use after the last script. */
let before: number | undefined;

async function heapGrowth(work: () => Promise<void>): Promise<number> {
  const start = before ?? (await bytesInUse());
  await work();
  before = await bytesInUse(1);
  if (before - start > HEAP_GROWTH) before = await bytesInUse(3);
  return before - start;
}

async function judgeOnce(codec: HostileCodec, clock: FakeTimers, script: Script): Promise<void> {
  clock.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const site = new Site(codec, clock);
  try {
    const sibling = siblingEcho(codec);
    await script(site);
    await sibling;
    assert.deepEqual(await site.leave(), [], "what is left");
  } finally {
    clock.useRealTimers();
  }
}

/** A session that has nothing to do with it echoes 1 MiB, whole. */
async function siblingEcho(codec: HostileCodec): Promise<void> {
  const [near, far] = memoryPair();
  const [client, server] = [codec.mux({})(near, "client"), codec.mux({})(far, "server")];
  const serving = echoAll(server.listen());
  const stream = await client.newStream();
  const sent = createHash("sha256");
  const got = createHash("sha256");
  const writing = (async () => {
    for (let i = 0; i < 64; i += 1) {
      const chunk = new Uint8Array(MiB / 64).fill(i + 1);
      sent.update(chunk);
      await stream.write(chunk);
    }
    await stream.close();
  })();
  for await (const chunk of stream) got.update(chunk);
  await writing;
  assert.equal(got.digest("hex"), sent.digest("hex"), "the sibling's echo");
  await client.shutdown();
  await serving;
}

async function echoAll(streams: AsyncIterable<Stream>): Promise<void> {
  for await (const stream of streams) {
    for await (const chunk of stream) await stream.write(chunk);
    await stream.close();
  }
}

/** Keeps what is written to the console, of which there should be nothing. */
function muteConsole(): { stop(): string[] } {
  const lines: string[] = [];
  const { log, info, warn, error } = console;
  const note = (...args: unknown[]): void => void lines.push(`console: ${args.join(" ")}`);
  Object.assign(console, { log: note, info: note, warn: note, error: note });
  return {
    stop(): string[] {
      Object.assign(console, { log, info, warn, error });
      return lines;
    },
  };
}
