// Transports that take nothing while everybody writes.

import type { Stream } from "streams-core";
import { expect, test } from "vitest";
import { overCells } from "../src/broken/cells.js";
import { accepting, drain, opened } from "../src/broken/fates.js";
import { withPair } from "../src/broken/pair.js";

const MANY = 300;
const CHUNK = 16 * 1024;
const KiB = 1024;
/** Bytes of a stream that may wait here: a frame, or a chunk and what the stream takes ahead. */
const OF_LIBRARIES: Readonly<Record<string, number>> = { http2: CHUNK + 128 * KiB, ssh: CHUNK + 256 * KiB };
const OF_OUR_ENGINE: number = 64 * KiB;
/** Bytes that the transport and the system hold at most. */
const IN_SYSTEM = 12 * 1024 * KiB;
/** Milliseconds: longer than the test. */
const PATIENT = { keepaliveInterval: 1e6, keepaliveTimeout: 1e6, writeStallTimeout: 1e6 };

overCells((wire, medium) => {
  test("row 38: a transport that takes nothing lets no more than its high water pile up, and what waits arrives when it does", async () => {
    // Their first windows together are more than what the system keeps for a connection.
    const count = wire in OF_LIBRARIES ? 30 : MANY;
    const waiting = OF_LIBRARIES[wire] ?? OF_OUR_ENGINE;
    await withPair(wire, medium, { limits: PATIENT }, async ({ client, server, line }) => {
      const served = accepting(server, async (stream) => {
        const { bytes, fate } = await drain(stream);
        await stream.close();
        return { fate, length: bytes.byteLength };
      });
      const streams = await opened(client, count);
      await server.ready;
      line.stall("up", "down");
      const writers = streams.map((stream) => new Writer(stream));
      await standstill(() => writers.reduce((sum, { taken }) => sum + taken, 0));
      for (const { unsent } of client.stats().streams()) expect(unsent).toBeLessThanOrEqual(waiting);
      expect(client.stats().bytesOut - line.sent).toBeLessThan(IN_SYSTEM);
      expect(writers.filter(({ waits }) => waits).length).toBe(count);
      for (const writer of writers) writer.stop();
      line.stall();
      await Promise.all(writers.map(({ done }) => done));
      const sent = writers.map(({ taken }) => taken).sort();
      void client.shutdown();
      const received = await served;
      expect(received.map(({ fate }) => fate)).toEqual(all(count, "end"));
      expect(received.map(({ length }) => length).sort()).toEqual(sent);
    });
  });
});

/** Writes chunks, waiting for room before each, until it is stopped, and then closes. */
class Writer {
  readonly done: Promise<void>;
  /** Bytes of the writes that were called. */
  taken = 0;
  /** Whether a write waits for room. */
  waits = false;
  #stopped = false;

  constructor(stream: Stream) {
    this.done = this.#write(stream);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #write(stream: Stream): Promise<void> {
    while (!this.#stopped) {
      this.taken += CHUNK;
      this.waits = true;
      await stream.write(new Uint8Array(CHUNK));
      this.waits = false;
    }
    await stream.close();
  }
}

/** Resolves when the number has not changed for 100 ms. */
async function standstill(progress: () => number): Promise<void> {
  for (let before = -1; before !== progress(); ) {
    before = progress();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function all<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}
