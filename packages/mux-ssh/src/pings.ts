// Round trips that are under way.

import { handled, onAbort } from "streams-core/kit";

interface Waiting {
  readonly since: number;
  resolve(roundTrip: number): void;
  reject(reason: unknown): void;
  forget(): void;
}

export class Pings {
  readonly #send: (number: number) => void;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  /** The last round trip, in milliseconds. */
  roundTrip: number | undefined;

  constructor(send: (number: number) => void) {
    this.#send = send;
  }

  ping(signal: AbortSignal | undefined): Promise<number> {
    this.#number = (this.#number + 1) >>> 0;
    const number = this.#number;
    return handled(
      new Promise((resolve, reject) => {
        const forget = onAbort(signal, (reason) => {
          this.#waiting.delete(number);
          reject(reason);
        });
        this.#waiting.set(number, { since: performance.now(), resolve, reject, forget });
        this.#send(number);
      }),
    );
  }

  /** The peer answered. Answers to nothing are ignored. */
  answered(number: number): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    waiting.forget();
    this.roundTrip = performance.now() - waiting.since;
    waiting.resolve(this.roundTrip);
  }

  fail(error: unknown): void {
    for (const waiting of this.#waiting.values()) {
      waiting.forget();
      waiting.reject(error);
    }
    this.#waiting.clear();
  }
}
