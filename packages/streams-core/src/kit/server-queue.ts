// A Server out of three things: where it listens, how to stop, and what to do with what nobody accepted.

import type { OpOptions, Server } from "../contract.js";
import { AcceptQueue } from "./accept-queue.js";
import { accepted } from "./iterate.js";
import { handled } from "./ready.js";

export interface ServerHooks<T> {
  /** Stops listening. Called once. */
  stop(): Promise<void> | void;
  /** Ends what arrived and nobody took. */
  discard(item: T): void;
}

/** What may wait for `accept`, as much as a listening socket's usual backlog; more is discarded. */
const BACKLOG = 511;

export class ServerQueue<T> implements Server<T> {
  readonly url: URL;
  readonly #queue = new AcceptQueue<T>((item) => item);
  readonly #hooks: ServerHooks<T>;
  #stopped: Promise<void> | undefined;

  constructor(url: URL, hooks: ServerHooks<T>) {
    this.url = url;
    this.#hooks = hooks;
  }

  /** A connection or session came in. */
  push(item: T): void {
    if (this.#queue.closed || this.#queue.size >= BACKLOG) this.#hooks.discard(item);
    else this.#queue.push(item);
  }

  accept(options?: OpOptions): Promise<T | null> {
    return this.#queue.accept(options);
  }

  close(): Promise<void> {
    this.#stopped ??= handled(this.#stop());
    return this.#stopped;
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return accepted(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stop(): Promise<void> {
    for (const item of this.#queue.close()) this.#hooks.discard(item);
    await this.#hooks.stop();
  }
}
