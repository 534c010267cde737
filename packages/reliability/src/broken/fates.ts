// What becomes of streams when what carries them breaks.

import { createHash } from "node:crypto";
import { type Conn, isStreamsError, type Stream, type StreamProvider } from "streams-core";

/** "end" where a stream or session ended cleanly, otherwise the code of its error. */
export type Fate = string;

export async function fateOf(work: PromiseLike<unknown>): Promise<Fate> {
  try {
    await work;
    return "end";
  } catch (error) {
    if (isStreamsError(error)) return error.code;
    throw error;
  }
}

export interface Drained {
  readonly bytes: Buffer;
  readonly fate: Fate;
}

/** Reads to the end, or to the error. */
export async function drain(conn: Conn): Promise<Drained> {
  const chunks: Uint8Array[] = [];
  const fate = await fateOf(
    (async () => {
      for await (const chunk of conn) chunks.push(chunk);
    })(),
  );
  return { bytes: Buffer.concat(chunks), fate };
}

/** Writes chunks of this size, waiting for room before each, until that fails. */
export function flood(conn: Conn, size: number = 64 * 1024): Promise<Fate> {
  return fateOf(
    (async () => {
      for (;;) await conn.write(new Uint8Array(size));
    })(),
  );
}

/** The fates of all that waits on a stream: its reader, a writer that never stops, and `closed`. */
export async function underLoad(stream: Stream): Promise<readonly Fate[]> {
  const [reader, writer, closed] = await Promise.all([drain(stream), flood(stream), fateOf(stream.closed)]);
  return [reader.fate, writer, closed];
}

/** The fates of all that waits on a stream over which nothing goes. */
export async function waiting(stream: Stream): Promise<readonly Fate[]> {
  const [reader, closed] = await Promise.all([drain(stream), fateOf(stream.closed)]);
  return [reader.fate, closed];
}

/** Accepts streams until the session ends, and does something with each. */
export async function accepting<T>(session: StreamProvider, work: (stream: Stream) => Promise<T>): Promise<T[]> {
  const all: Promise<T>[] = [];
  for await (const stream of session.listen()) all.push(work(stream));
  return Promise.all(all);
}

/** Sends back what comes, until either side ends. */
export async function echo(stream: Stream): Promise<void> {
  try {
    for await (const chunk of stream) await stream.write(chunk);
    await stream.close();
  } catch {
    // Its session tells why.
  }
}

/** Opens streams, no more at a time than may wait to be accepted. */
export async function opened(
  session: StreamProvider,
  count: number,
  headers?: Record<string, string>,
): Promise<Stream[]> {
  const streams: Stream[] = [];
  while (streams.length < count) {
    const batch = await Promise.all(
      Array.from({ length: Math.min(count - streams.length, 50) }, () => session.newStream(headers)),
    );
    await Promise.all(batch.map((stream) => stream.opened));
    streams.push(...batch);
  }
  return streams;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that are not the same wherever one looks. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed + 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
