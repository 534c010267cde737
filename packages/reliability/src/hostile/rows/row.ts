// A row of the scorecard as a script.

import type { Stream, StreamProvider } from "streams-core";
import type { Site } from "../site.js";

export interface Row {
  readonly row: string;
  /** What happens, as a sentence. */
  readonly does: string;
  /** A peer must be able to reset a stream. */
  readonly needsReset?: true;
  run(site: Site): Promise<void>;
}

/** Echoes every stream of the session until it ends. */
export function echoes(session: StreamProvider): void {
  const listener = session.listen();
  void (async () => {
    for await (const stream of listener) echo(stream).catch(() => {});
  })();
}

async function echo(stream: Stream): Promise<void> {
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}

/** The next stream that the peer opened. */
export async function next(streams: { accept(): Promise<Stream | null> }): Promise<Stream> {
  const stream = await streams.accept();
  if (stream === null) throw new Error("The session ended where a stream was due.");
  return stream;
}

/** Bytes until the end of the stream. */
export async function count(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.byteLength;
  return bytes;
}
