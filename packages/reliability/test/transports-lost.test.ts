// Connections that end or break under open streams, and sessions that are closed while they do.

import type { Stream } from "streams-core";
import { expect, test } from "vitest";
import { overCells } from "../src/broken/cells.js";
import { accepting, type Drained, drain, type Fate, fateOf, noise, opened, underLoad } from "../src/broken/fates.js";
import { type Pair, withPair } from "../src/broken/pair.js";

const STREAMS = 10;
const LOST = "ERR_TRANSPORT_LOST";
const CLOSED = "ERR_SESSION_CLOSED";
const BREAKS = ["fin", "reset"] as const;

overCells((wire, medium) => {
  test.each(BREAKS)("row 36: a connection that ends by a %s with open streams is lost at both ends", async (how) => {
    const greeting = noise(1000, 2);
    await withPair(wire, medium, {}, async ({ client, server, line }) => {
      const served = accepting(server, async (stream) => {
        await stream.write(greeting.slice());
        return [(await drain(stream)).fate, await fateOf(stream.closed)];
      });
      const streams = await opened(client, STREAMS);
      const first = await Promise.all(streams.map((stream) => start(stream, greeting.byteLength)));
      for (const bytes of first) expect(bytes).toEqual(Buffer.from(greeting));
      line.break(how);
      const fates = await Promise.all(streams.map(async (s) => [(await drain(s)).fate, await fateOf(s.closed)]));
      expect(fates).toEqual(all(STREAMS, [LOST, LOST]));
      expect(await served).toEqual(all(STREAMS, [LOST, LOST]));
      expect([await fateOf(client.closed), await fateOf(server.closed)]).toEqual([LOST, LOST]);
      expect(client.stats().streamsOpen + server.stats().streamsOpen).toBe(0);
    });
  });

  test.each(BREAKS)(
    "row 37: a %s in the middle of frames gives all that waits on a stream the same error",
    async (how) => {
      await withPair(wire, medium, {}, async ({ client, server, line }) => {
        const served = accepting(server, underLoad);
        const streams = await opened(client, STREAMS);
        line.breakAt(line.sent + 1_000_003, how);
        const fates = await Promise.all(streams.map(underLoad));
        expect(fates).toEqual(all(STREAMS, [LOST, LOST, LOST]));
        expect(await served).toEqual(all(STREAMS, [LOST, LOST, LOST]));
        expect(line.sent).toBeGreaterThan(1_000_000);
      });
    },
  );

  test.each(BREAKS)("row 37: a %s after close() changes nothing for the end that closed", async (how) => {
    await withPair(wire, medium, {}, async ({ client, server, line }) => {
      const served = accepting(server, underLoad);
      const streams = await opened(client, STREAMS);
      const fates = streams.map(underLoad);
      const closing = client.close({ reason: "enough" });
      line.break(how);
      await closing;
      expect(await client.closed).toEqual({ code: 0, reason: "enough", remote: false });
      expect(await Promise.all(fates)).toEqual(all(STREAMS, [CLOSED, CLOSED, CLOSED]));
      for (const fate of await served) {
        expect(new Set(fate).size).toBe(1);
        expect([LOST, CLOSED]).toContain(fate[0]);
      }
    });
  });

  test("row 34: a connection cut anywhere gives exact prefixes, an end only to what came whole, and an error to all that waits", async () => {
    const length = await withPair(wire, medium, {}, async (pair) => {
      const start = pair.line.sent;
      const { received, fates } = await exchange(pair);
      expect(received.map(({ fate }) => fate)).toEqual(all(PAYLOADS.length, "end"));
      expect(new Set(fates)).toEqual(new Set(["end"]));
      return pair.line.sent - start;
    });
    const cuts = medium === "stdio" ? 4 : 10;
    const clean: number[] = [];
    for (let cut = 0; cut < cuts; cut += 1) {
      await withPair(wire, medium, {}, async (pair) => {
        const { client, server, line } = pair;
        const how = cut % 2 === 0 ? "reset" : "fin";
        line.breakAt(line.sent + Math.ceil((length * cut) / cuts), how);
        const { received, fates } = await exchange(pair);
        for (const { bytes, fate } of received) {
          const whole = PAYLOADS[bytes[0] ?? 0] ?? new Uint8Array(0);
          expect(bytes.equals(whole.subarray(0, bytes.byteLength))).toBe(true);
          if (fate === "end") expect(bytes.byteLength).toBe(whole.byteLength);
          else expect(fate).toBe(LOST);
        }
        clean.push(received.filter(({ fate }) => fate === "end").length);
        expect(fates.filter((fate) => fate !== "end" && fate !== LOST)).toEqual([]);
        expect(await fateOf(client.closed)).toBe(LOST);
        // Between two streams an end of the connection is one of the session.
        const between = received.every(({ fate }) => fate === "end");
        expect(between ? [LOST, "end"] : [LOST]).toContain(await fateOf(server.closed));
      });
    }
    // The cuts fall before, into and between the streams.
    expect(Math.min(...clean)).toBe(0);
    expect(Math.max(...clean)).toBeGreaterThan(0);
  });
});

/** Each begins with its number. */
const PAYLOADS = [300, 7000, 40_000].map((length, at) => {
  const payload = noise(length, at);
  payload[0] = at;
  return payload;
});

/** The client sends the payloads, a stream each, one after another; the server reads them and ends the streams. */
async function exchange({ client, server }: Pair): Promise<{ received: Drained[]; fates: Fate[] }> {
  const served = accepting(server, async (stream) => {
    const drained = await drain(stream);
    if (drained.fate === "end") await fateOf(stream.close());
    return drained;
  });
  const fates: Promise<Fate>[] = [];
  for (const payload of PAYLOADS) {
    const opening = client.newStream();
    fates.push(fateOf(opening));
    if ((await fateOf(opening)) !== "end") continue;
    const stream = await opening;
    fates.push(fateOf(stream.write(payload.slice())), fateOf(stream.close()));
    fates.push(
      fateOf(stream.opened),
      drain(stream).then(({ fate }) => fate),
      fateOf(stream.closed),
    );
    await fates.at(-1);
  }
  fates.push(fateOf(client.shutdown()));
  return { fates: await Promise.all(fates), received: await served };
}

function all<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}

/** The first bytes of a stream, in however many chunks they come. */
async function start(stream: Stream, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.byteLength < length) bytes = Buffer.concat([bytes, (await stream.read()) ?? Buffer.alloc(length)]);
  return bytes;
}
