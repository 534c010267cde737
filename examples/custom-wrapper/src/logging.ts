// Logs what every stream of a session did: who opened it, how many bytes went each way, how it ended.

import { ForwardingProvider, ForwardingStream, type OpOptions, type Stream, type Wrapper } from "streams-core";

export type Log = (line: string) => void;

export function logging(log: Log): Wrapper {
  class LoggedSession extends ForwardingProvider {
    protected override wrapStream(stream: Stream, opener: "local" | "remote"): Stream {
      return new LoggedStream(stream, opener, log);
    }
  }
  return (inner) => new LoggedSession(inner);
}

class LoggedStream extends ForwardingStream {
  #read = 0;
  #written = 0;

  constructor(inner: Stream, opener: string, log: Log) {
    super(inner);
    log(`stream ${inner.id}: opened by the ${opener} end`);
    const ended = (how: string): void => log(`stream ${inner.id}: ${how}; wrote ${this.#written}, read ${this.#read}`);
    inner.closed.then(
      () => ended("ended"),
      (error) => ended(`failed with ${error.code}`),
    );
  }

  override read(options?: OpOptions): Promise<Uint8Array | null> {
    const chunk = super.read(options);
    chunk.then((bytes) => (this.#read += bytes?.byteLength ?? 0)).catch(() => {});
    return chunk;
  }

  override write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    this.#written += chunk.byteLength;
    return super.write(chunk, options);
  }
}
