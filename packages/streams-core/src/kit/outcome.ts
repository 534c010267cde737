// A promise that is made only when somebody asks for it, and never raises an unhandled rejection.

import { handled } from "./ready.js";

export class Outcome<T> {
  #state: "pending" | "resolved" | "rejected" = "pending";
  #value: T | undefined;
  #reason: unknown;
  #promise: Promise<T> | undefined;
  #settle: { resolve(value: T): void; reject(reason: unknown): void } | undefined;

  get settled(): boolean {
    return this.#state !== "pending";
  }

  get promise(): Promise<T> {
    if (this.#promise === undefined) {
      this.#promise = handled(
        new Promise<T>((resolve, reject) => {
          if (this.#state === "resolved") resolve(this.#value as T);
          else if (this.#state === "rejected") reject(this.#reason);
          else this.#settle = { resolve, reject };
        }),
      );
    }
    return this.#promise;
  }

  /** The first of `resolve` and `reject` decides; later calls do nothing. */
  resolve(value: T): void {
    if (this.#state !== "pending") return;
    this.#state = "resolved";
    this.#value = value;
    this.#settle?.resolve(value);
    this.#settle = undefined;
  }

  reject(reason: unknown): void {
    if (this.#state !== "pending") return;
    this.#state = "rejected";
    this.#reason = reason;
    this.#settle?.reject(reason);
    this.#settle = undefined;
  }
}
