// What waits to be accepted, first come first served: connections for a server, streams for a listener.

import type { OpOptions } from "../contract.js";
import { onAbort } from "./abort.js";
import { handled, rejected } from "./ready.js";

interface Waiter<T> {
  resolve(item: T | null): void;
  reject(reason: unknown): void;
  forget(): void;
}

export class AcceptQueue<T> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  #closed = false;

  get size(): number {
    return this.#items.length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether somebody waits for an item. */
  get wanted(): boolean {
    return this.#waiters.size > 0;
  }

  push(item: T): void {
    for (const waiter of this.#waiters) return this.#give(waiter, item);
    this.#items.push(item);
  }

  /** Takes items out that nobody accepted. */
  removeWhere(match: (item: T) => boolean): void {
    const kept = this.#items.filter((item) => !match(item));
    this.#items.splice(0, this.#items.length, ...kept);
  }

  accept(options?: OpOptions): Promise<T | null> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    if (this.#closed) return Promise.resolve(null);
    return handled(
      new Promise((resolve, reject) => {
        const forget = onAbort(signal, (reason) => {
          this.#waiters.delete(waiter);
          reject(reason);
        });
        const waiter: Waiter<T> = { resolve, reject, forget };
        this.#waiters.add(waiter);
      }),
    );
  }

  /** Gives every waiting and later `accept` null. Returns what nobody accepted; what is put back is still given out. */
  close(): T[] {
    this.#closed = true;
    for (const waiter of this.#waiters) this.#give(waiter, null);
    return this.#items.splice(0);
  }

  #give(waiter: Waiter<T>, item: T | null): void {
    this.#waiters.delete(waiter);
    waiter.forget();
    waiter.resolve(item);
  }
}
