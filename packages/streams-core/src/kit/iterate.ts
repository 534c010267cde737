// `for await` over what the contract reads and accepts. Leaving the loop leaves the source open.

import type { Conn } from "../contract.js";

/** The chunks of a connection until its end. */
export function chunks(conn: Pick<Conn, "read">): AsyncIterableIterator<Uint8Array> {
  return new UntilNull(() => conn.read());
}

/** The connections or streams of a server or listener until it closes. */
export function accepted<T>(source: { accept(): Promise<T | null> }): AsyncIterableIterator<T> {
  return new UntilNull(() => source.accept());
}

/** What an async generator would do, with one promise an item instead of three. */
class UntilNull<T> implements AsyncIterableIterator<T> {
  readonly #next: () => Promise<T | null>;
  #over = false;

  constructor(next: () => Promise<T | null>) {
    this.#next = next;
  }

  next(): Promise<IteratorResult<T, void>> {
    return this.#over ? Promise.resolve({ done: true, value: undefined }) : this.#next().then(this.#told, this.#failed);
  }

  return(): Promise<IteratorResult<T, void>> {
    this.#over = true;
    return this.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #told = (value: T | null): IteratorResult<T, void> => {
    if (value !== null) return { done: false, value };
    this.#over = true;
    return { done: true, value: undefined };
  };

  readonly #failed = (error: unknown): never => {
    this.#over = true;
    throw error;
  };
}
