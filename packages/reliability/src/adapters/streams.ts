// Small things that the rows do with sessions and streams.

import { createHash } from "node:crypto";
import { type Conn, isStreamsError, type Stream, type StreamProvider, type StreamsError } from "streams-core";

/** A client and a server of the same wire. */
export interface Pair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @throws when it is not so after `ms` milliseconds */
export async function until(what: string, condition: () => boolean, ms = 8000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`It never came to this: ${what}.`);
    await turn();
  }
}

/** The StreamsError that the promise rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<StreamsError> {
  const error: unknown = await work.then(
    (value) => new Error(`It gave ${JSON.stringify(value)} where an error was due.`),
    (reason: unknown) => reason,
  );
  if (!isStreamsError(error)) throw error;
  return error;
}

/** What each promise came to: the code of its error, or "done". @throws when one is still pending after `ms` */
export async function outcomes(promises: readonly Promise<unknown>[], ms = 8000): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Not every promise settled.")), ms);
  });
  const one = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "done",
      (error: unknown) => (isStreamsError(error) ? error.code : String(error)),
    );
  try {
    return await Promise.race([Promise.all(promises.map(one)), late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function accept(listener: { accept(): Promise<Stream | null> }): Promise<Stream> {
  const stream = await listener.accept();
  if (stream === null) throw new Error("The listener closed where a stream was due.");
  return stream;
}

/** Gives back what comes, until the end. */
export async function echo(stream: Conn): Promise<void> {
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}

/** Echoes every stream that comes. */
export async function echoAll(session: StreamProvider): Promise<void> {
  for await (const stream of session.listen()) void echo(stream).catch(() => {});
}

/** What was read until the end: how many bytes, and their hash. */
export async function digest(stream: Conn): Promise<{ readonly size: number; readonly hash: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { size, hash: hash.digest("hex") };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that are the same for the same seed. */
export function pattern(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed >>> 0;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const MIB = pattern(1024 * 1024);
const MIB_HASH = hashOf(MIB);

/** Whether 1 MiB comes back as it went, from a server that echoes. @throws if not */
export async function echoesOneMiB(client: StreamProvider): Promise<void> {
  const stream = await client.newStream();
  void stream.write(MIB.slice());
  void stream.close();
  const { hash } = await digest(stream);
  if (hash !== MIB_HASH) throw new Error("What came back is not what was sent.");
}
