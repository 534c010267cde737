// What waits to be accepted, first come first served: connections for a server, streams for a listener.

import type { OpOptions } from "../contract.js";
import { onAbort } from "./abort.js";
import { Outcome } from "./outcome.js";
import { rejected } from "./ready.js";

interface Waiter<R> {
  readonly outcome: Outcome<R | null>;
  forget?: () => void;
}

export class AcceptQueue<T, R = T> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<R>>();
  readonly #take: (item: T) => R | undefined;
  #closed = false;

  /** @param take makes of an item what `accept` gives, at that moment; `undefined` if the item is gone meanwhile */
  constructor(take: (item: T) => R | undefined) {
    this.#take = take;
  }

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
    for (const waiter of this.#waiters) {
      const taken = this.#take(item);
      if (taken !== undefined) this.#give(waiter, taken);
      return;
    }
    this.#items.push(item);
  }

  /** Takes items out that nobody accepted. */
  removeWhere(match: (item: T) => boolean): void {
    const kept = this.#items.filter((item) => !match(item));
    if (kept.length < this.#items.length) this.#items.splice(0, this.#items.length, ...kept);
  }

  accept(options?: OpOptions): Promise<R | null> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      const taken = this.#take(item);
      if (taken !== undefined) return Promise.resolve(taken);
    }
    if (this.#closed) return Promise.resolve(null);
    const outcome = new Outcome<R | null>();
    const waiter: Waiter<R> = { outcome };
    this.#waiters.add(waiter);
    if (signal !== undefined) {
      waiter.forget = onAbort(signal, (reason) => {
        this.#waiters.delete(waiter);
        outcome.reject(reason);
      });
    }
    return outcome.promise;
  }

  /** Gives every waiting and later `accept` null. Returns what nobody accepted; what is put back is still given out. */
  close(): T[] {
    this.#closed = true;
    for (const waiter of this.#waiters) this.#give(waiter, null);
    return this.#items.splice(0);
  }

  #give(waiter: Waiter<R>, item: R | null): void {
    this.#waiters.delete(waiter);
    waiter.forget?.();
    waiter.outcome.resolve(item);
  }
}
