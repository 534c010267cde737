// Connections inside one process, for tests: a connected pair, and a transport over it.

import type { Conn, OpOptions, Transport } from "./contract.js";
import { StreamsError } from "./errors.js";
import { raceAbort } from "./kit/abort.js";
import { Inbox } from "./kit/inbox.js";
import { chunks } from "./kit/iterate.js";
import { wholeNumber } from "./kit/options.js";
import { Outcome } from "./kit/outcome.js";
import { handled, handling, READY, rejected } from "./kit/ready.js";
import { ServerQueue } from "./kit/server-queue.js";
import { printableUrl } from "./kit/text.js";
import { WaitingWrites } from "./kit/waiting-writes.js";
import { hasBytes, writeNothing } from "./kit/write-nothing.js";

export interface MemoryOptions {
  /** Bytes that may wait for the reader before `write` waits. Default 65,536. */
  readonly highWaterMark?: number;
}

/** Two connections; what is written to one is read from the other. @throws ERR_OPTION_INVALID */
export function memoryPair(options: MemoryOptions = {}): [Conn, Conn] {
  const highWaterMark = wholeNumber("highWaterMark", options.highWaterMark, 64 * 1024);
  const a = new MemoryConn(highWaterMark);
  const b = new MemoryConn(highWaterMark);
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** A transport whose `memory://name` addresses are known to this one object only. @throws ERR_OPTION_INVALID */
export function memory(options: MemoryOptions = {}): Transport {
  wholeNumber("highWaterMark", options.highWaterMark, 1);
  const servers = new Map<string, ServerQueue<Conn>>();
  const key = (url: URL): string => url.host + url.pathname;
  const dial: Transport["dial"] = async (url, o) => {
    o?.signal?.throwIfAborted();
    const server = servers.get(key(url));
    if (server === undefined) {
      throw new StreamsError(
        "ERR_UNREACHABLE",
        `Nothing serves ${printableUrl(url)}; serve it on this memory() first.`,
      );
    }
    const [near, far] = memoryPair(options);
    server.push(far);
    return near;
  };
  const serve: Transport["serve"] = async (url, o) => {
    o?.signal?.throwIfAborted();
    if (servers.has(key(url))) {
      throw new StreamsError(
        "ERR_ADDRESS_IN_USE",
        `${printableUrl(url)} is served already; close that server or use another name.`,
      );
    }
    const server = new ServerQueue<Conn>(new URL(url), {
      stop: () => void servers.delete(key(url)),
      discard: (conn) => conn.reset(),
    });
    servers.set(key(url), server);
    return server;
  };
  return { dial: handling(dial), serve: handling(serve) };
}

class MemoryConn implements Conn {
  peer: MemoryConn | undefined;
  readonly #highWaterMark: number;
  readonly inbox: Inbox = new Inbox(() => this.peer?.resume());
  readonly #writers = new WaitingWrites();
  readonly outcome = new Outcome<void>();
  #closing = false;
  /** Our end was handed on, after everything written before it. */
  readonly #flushed = new Outcome<void>();
  #error: StreamsError | undefined;

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark;
  }

  get closed(): Promise<void> {
    return this.outcome.promise;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    return this.inbox.read(options);
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    if (this.#closing) {
      return rejected(new StreamsError("ERR_CLOSED", "Write before close(): this direction has ended."));
    }
    if (!hasBytes(chunk)) return writeNothing(chunk);
    if (this.#writers.size === 0 && this.#hasRoom()) {
      this.peer?.inbox.push(chunk);
      return READY;
    }
    return this.#writers.add(chunk, signal, () => this.resume());
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    this.#closing = true;
    this.resume();
    return handled(raceAbort(this.#flushed.promise, signal));
  }

  reset(): void {
    if (this.outcome.settled) return;
    const message = "The connection was reset";
    this.fail(new StreamsError("ERR_RESET", `${message} by this end.`), true);
    this.peer?.fail(new StreamsError("ERR_RESET", `${message} by the peer.`, { remote: true }), false);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing) this.reset();
    return READY;
  }

  #hasRoom(): boolean {
    return this.peer !== undefined && this.peer.inbox.size < this.#highWaterMark;
  }

  /** The reader made room, or the end is due. */
  resume(): void {
    while (this.#hasRoom()) {
      const chunk = this.#writers.shift();
      if (chunk === undefined) break;
      this.peer?.inbox.push(chunk);
    }
    if (!this.#closing || this.#writers.size > 0 || this.#flushed.settled) return;
    this.#flushed.resolve();
    this.peer?.inbox.end();
    if (!this.inbox.ended) return;
    this.outcome.resolve();
    this.peer?.outcome.resolve();
  }

  fail(error: StreamsError, drop: boolean): void {
    if (this.outcome.settled) return;
    this.#error = error;
    if (drop) this.inbox.abandon(error);
    else this.inbox.fail(error);
    this.#writers.fail(error);
    this.#flushed.reject(error);
    this.outcome.reject(error);
  }
}
