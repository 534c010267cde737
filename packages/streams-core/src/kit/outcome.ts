// A promise that is made only when somebody asks for it, and never raises an unhandled rejection.

import { handled, rejected } from "./ready.js";

type Result<T> = { readonly value: T } | { readonly reason: unknown };

export class Outcome<T> {
  #settled = false;
  #promise: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  /** What came out before anybody asked for the promise, which otherwise keeps it. */
  #result: Result<T> | undefined;

  get settled(): boolean {
    return this.#settled;
  }

  get promise(): Promise<T> {
    this.#promise ??= this.#result === undefined ? this.#pending() : promiseOf(this.#result);
    return this.#promise;
  }

  /** The first of `resolve` and `reject` decides; later calls do nothing. */
  resolve(value: T): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#resolve === undefined) this.#result = { value };
    else this.#resolve(value);
  }

  reject(reason: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#promise === undefined || this.#reject === undefined) this.#result = { reason };
    else {
      handled(this.#promise);
      this.#reject(reason);
    }
  }

  #pending(): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }
}

function promiseOf<T>(result: Result<T>): Promise<T> {
  return "value" in result ? Promise.resolve(result.value) : rejected(result.reason);
}
