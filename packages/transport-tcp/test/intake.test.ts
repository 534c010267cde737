import { createHash, randomBytes } from "node:crypto";
import type { Conn } from "streams-core";
import { tcp } from "transport-tcp";
import { expect, test } from "vitest";

const PIECES = [1, 16_384, 7, 65_536, 300_000, 2, 16_383, 1_048_576, 3];

test("what a connection gives is the reader's to keep: no later read of any connection changes it", async () => {
  const server = await tcp().serve(new URL("tcp://127.0.0.1:0"));
  const sent = Buffer.concat(PIECES.map((size) => randomBytes(size)));
  const pairs = await Promise.all(
    Array.from({ length: 4 }, async () => [await tcp().dial(server.url), await server.accept()] as const),
  );
  const received = await Promise.all(
    pairs.flatMap(([near, far]) => (far === null ? [] : [transfer(near, far, sent), transfer(far, near, sent)])),
  );
  expect(received).toHaveLength(8);
  for (const chunks of received) expect(hash(Buffer.concat(chunks))).toBe(hash(sent));
  await server.close();
});

/** Keeps every chunk as it came until all are there. */
async function transfer(from: Conn, to: Conn, bytes: Uint8Array): Promise<Uint8Array[]> {
  const writing = write(from, bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of to) chunks.push(chunk);
  await writing;
  return chunks;
}

async function write(conn: Conn, bytes: Uint8Array): Promise<void> {
  let at = 0;
  for (const size of PIECES) {
    await conn.write(bytes.subarray(at, at + size));
    at += size;
    // Each in a turn of its own, so that reads of every size come about.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await conn.close();
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
