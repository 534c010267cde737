// Who sends next, seen frame by frame: `produce(1)` gives one data frame and what goes ahead of it.

import { type EngineStream, readU32 } from "mux-engine";
import { expect, test } from "vitest";
import { type End, World } from "./tools/world.js";

const [DATA, RESET, PING] = [2, 4, 8];

/** A client with streams that the server has accepted, and all the credit it wants. */
async function ready(urgencies: readonly (0 | 3 | 7)[]): Promise<{ world: World; streams: EngineStream[] }> {
  const world = new World({ initialWindow: 1 << 20, maxFrame: 65536 });
  const listener = world.server.session.listen();
  const streams: EngineStream[] = [];
  for (const urgency of urgencies) {
    streams.push(await world.client.session.newStream({}, { priority: { urgency } }));
    await world.settle();
    await listener.accept();
  }
  await world.settle();
  return { world, streams };
}

/** The frames of the next data frame's turn, as types and streams. */
function turnOf(end: End): (readonly [number, number])[] {
  end.flush(1);
  const bytes = end.pull(Number.POSITIVE_INFINITY);
  const frames: (readonly [number, number])[] = [];
  for (let at = 0; at < bytes.byteLength; at += 9 + readU32(bytes, at + 5))
    frames.push([(bytes[at] ?? 0) & 15, readU32(bytes, at + 1)]);
  return frames;
}

test("a small stream waits for at most one frame of each stream of its urgency", async () => {
  const { world, streams } = await ready([3, 3]);
  void streams[0]?.write(new Uint8Array(1 << 20));
  for (let round = 0; round < 4; round += 1) {
    turnOf(world.client);
    turnOf(world.client);
    void streams[1]?.write(new Uint8Array(64));
    expect([...turnOf(world.client), ...turnOf(world.client)]).toEqual([
      [DATA, 1],
      [DATA, 3],
    ]);
  }
});

test("an urgent stream waits for none of another urgency, and starves it as long as it has bytes", async () => {
  const { world, streams } = await ready([7, 3, 0]);
  for (const stream of streams) void stream.write(new Uint8Array(3 * 65536));
  const order = Array.from({ length: 9 }, () => turnOf(world.client)[0]?.[1]);
  expect(order).toEqual([5, 5, 5, 3, 3, 3, 1, 1, 1]);
});

test("streams of one urgency take turns, a frame each", async () => {
  const { world, streams } = await ready([3, 3, 3]);
  for (const stream of streams) void stream.write(new Uint8Array(2 * 65536));
  const order = Array.from({ length: 6 }, () => turnOf(world.client)[0]?.[1]);
  expect(order).toEqual([1, 3, 5, 1, 3, 5]);
});

test.each([
  [1, 65536],
  [32, 65536],
  [64, 32768],
  [150, 13981],
  [500, 12288],
])(
  "with %i streams that have something to send, a frame has %i bytes, so that a turn comes soon",
  async (count, size) => {
    const { world, streams } = await ready(new Array(count).fill(3));
    for (const stream of streams) void stream.write(new Uint8Array(65536));
    world.client.flush(1);
    expect(world.client.pending).toBe(9 + size);
  },
);

test("control frames go ahead of all data", async () => {
  const { world, streams } = await ready([0, 3]);
  void streams[0]?.write(new Uint8Array(1 << 20));
  turnOf(world.client);
  streams[1]?.reset();
  void world.client.session.ping();
  expect([...turnOf(world.client), ...turnOf(world.client)]).toEqual([
    [RESET, 3],
    [PING, 0],
    [DATA, 1],
  ]);
});

test("what is produced at a time stays near what was asked for", async () => {
  const { world, streams } = await ready([3, 3]);
  for (const stream of streams) void stream.write(new Uint8Array(1 << 20));
  world.client.flush(200_000);
  expect(world.client.pending).toBeGreaterThanOrEqual(200_000);
  expect(world.client.pending).toBeLessThan(200_000 + 65536 + 100);
});
