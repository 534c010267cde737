// A promise that is made only when somebody asks for it, and never raises an unhandled rejection.

import { handled } from "./ready.js";

interface Waiter<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export class Outcome<T> {
  #promise: Promise<T> | undefined;
  #waiter: Waiter<T> | undefined;
  /** Tells a waiter what came out, once it has. */
  #tell: ((waiter: Waiter<T>) => void) | undefined;

  get settled(): boolean {
    return this.#tell !== undefined;
  }

  get promise(): Promise<T> {
    this.#promise ??= handled(
      new Promise<T>((resolve, reject) => {
        this.#waiter = { resolve, reject };
        this.#tell?.(this.#waiter);
      }),
    );
    return this.#promise;
  }

  /** The first of `resolve` and `reject` decides; later calls do nothing. */
  resolve(value: T): void {
    this.#settle((waiter) => waiter.resolve(value));
  }

  reject(reason: unknown): void {
    this.#settle((waiter) => waiter.reject(reason));
  }

  #settle(tell: (waiter: Waiter<T>) => void): void {
    if (this.#tell !== undefined) return;
    this.#tell = tell;
    if (this.#waiter !== undefined) tell(this.#waiter);
  }
}
