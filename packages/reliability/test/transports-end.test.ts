// The last bytes of a session: what was written before the end arrives before the end, however soon the session shuts down.

import type { Conn, StreamProvider } from "streams-core";
import { expect, test } from "vitest";
import { overCells } from "../src/broken/cells.js";
import { accepting, drain, noise, sha256 } from "../src/broken/fates.js";
import { type MediumName, placeOf, transportOf } from "../src/broken/media.js";
import { muxOf } from "../src/broken/wires.js";

/** Sessions of five streams: a thousand streams for each wire. `RELIABILITY_ROUNDS` multiplies them. */
const SESSIONS: Readonly<Record<MediumName, number>> = { tcp: 70, tls: 40, unix: 50, websocket: 30, stdio: 10 };
const STREAMS = 5;
const TIMES = Number(process.env.RELIABILITY_ROUNDS ?? 1);
/** Bytes of which each stream sends a part. */
const SOURCE = noise(300_000, 3);

overCells((wire, medium) => {
  test("row 40: what is written, closed and shut down in one go arrives exactly, and then the end", {
    timeout: TIMES * 20_000,
  }, async () => {
    const mux = muxOf(wire);
    await overConns(medium, TIMES * SESSIONS[medium], async (near, far, round) => {
      const client = mux(near, "client");
      const server = mux(far, "server");
      // Each end sends in half of the rounds; half of those begin before the sessions know each other.
      const [from, to] = round % 2 === 0 ? [client, server] : [server, client];
      if (round % 4 > 1 || from === server) await Promise.all([client.ready, server.ready]);
      const received = accepting(to, async (stream) => {
        const { bytes, fate } = await drain(stream);
        await stream.close();
        return `${fate} ${bytes.byteLength} ${sha256(bytes)}`;
      });
      const parts = Array.from({ length: STREAMS }, (_, at) => SOURCE.subarray(0, lengthOf(round * STREAMS + at)));
      await sendAll(from, parts);
      expect((await received).sort()).toEqual(parts.map((part) => `end ${part.byteLength} ${sha256(part)}`).sort());
      expect(await from.closed).toMatchObject({ code: 0, remote: false });
      expect(await to.closed).toMatchObject({ code: 0, remote: true });
    });
  });
});

/** Resolves when the session has shut down. */
async function sendAll(session: StreamProvider, parts: readonly Uint8Array[]): Promise<void> {
  const streams = await Promise.all(parts.map(() => session.newStream()));
  for (const [at, stream] of streams.entries()) {
    const part = parts[at]?.slice() ?? SOURCE;
    const half = part.byteLength >> 1;
    void stream.write(part.subarray(0, half));
    void stream.write(part.subarray(half));
    void stream.close();
  }
  await session.shutdown();
}

/** A byte, or some, or more than a window. */
function lengthOf(number: number): number {
  return [1, 100, 16_384, 65_537, SOURCE.byteLength][number % 5 === 4 && number % 3 > 0 ? 3 : number % 5] ?? 1;
}

async function overConns(
  medium: MediumName,
  count: number,
  work: (near: Conn, far: Conn, round: number) => Promise<void>,
): Promise<void> {
  const { url, dispose } = placeOf(medium);
  const transport = transportOf(medium);
  const server = await transport.serve(url);
  try {
    for (let round = 0; round < count; round += 1) {
      const [near, far] = await Promise.all([transport.dial(server.url), server.accept()]);
      if (far === null) throw new Error("The server was closed.");
      await work(near, far, round);
      near.reset();
      far.reset();
    }
  } finally {
    await server.close();
    dispose();
  }
}
