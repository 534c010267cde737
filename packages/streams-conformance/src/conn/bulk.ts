// Much data, compared by hash.

import type { Conn } from "streams-core";
import { equal } from "../tools/assert.js";
import { BlockHash, pattern } from "../tools/bytes.js";
import type { ConnCase } from "./scene.js";

const MIB = 1024 * 1024;
const FULL = 64 * MIB;

export const bulk: readonly ConnCase[] = [
  {
    theme: "bulk",
    name: "64 MiB pass in both directions at once, and their SHA-256 match",
    symmetric: true,
    patience: 12,
    async run(t) {
      const { near, far } = await t.pair();
      const size = Math.max(MIB, Math.round((FULL * t.scale) / MIB) * MIB);
      const [sent, atNear, atFar] = await t.withinLong(
        `${size} bytes in both directions`,
        Promise.all([expected(size), receive(near), receive(far), send(near, size), send(far, size)]),
      );
      equal(atNear, sent, "hash of what the near end read");
      equal(atFar, sent, "hash of what the far end read");
    },
  },
];

/** One MiB of the data: the same bytes with its own number in front. */
const base = pattern(MIB, 64);
function block(index: number): Uint8Array {
  const chunk = base.slice();
  new DataView(chunk.buffer).setUint32(0, index);
  return chunk;
}

async function send(conn: Conn, size: number): Promise<void> {
  for (let index = 0; index * MIB < size; index += 1) await conn.write(block(index));
  await conn.close();
}

async function receive(conn: Conn): Promise<string> {
  const hash = new BlockHash();
  for await (const chunk of conn) await hash.update(chunk);
  return hash.digest();
}

const hashes = new Map<number, Promise<string>>();

/** The hash of so much data, computed once however many setups are run. */
function expected(size: number): Promise<string> {
  const known = hashes.get(size);
  if (known !== undefined) return known;
  const computing = (async () => {
    const hash = new BlockHash();
    for (let index = 0; index * MIB < size; index += 1) await hash.update(block(index));
    return hash.digest();
  })();
  hashes.set(size, computing);
  return computing;
}
