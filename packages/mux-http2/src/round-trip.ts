// Measures round trips: by PING, or, since node:http2 sends no PING once a session drains, by SETTINGS that say nothing new.

import type { Http2Session } from "node:http2";
import { StreamsError } from "streams-core";
import { Outcome, rejected } from "streams-core/kit";

export class RoundTrip {
  readonly #wire: Http2Session;
  readonly #window: number;
  readonly #waiting = new Set<Outcome<number>>();
  #last: number | undefined;
  #over: StreamsError | undefined;
  /** node:http2 destroys a session with more than ten unanswered SETTINGS: one at a time is for all who ask. */
  #settings: Outcome<number> | undefined;

  /** @param window the stream window that the session has announced */
  constructor(wire: Http2Session, window: number) {
    this.#wire = wire;
    this.#window = window;
  }

  /** Milliseconds that the last one took. */
  get last(): number | undefined {
    return this.#last;
  }

  measure(): Promise<number> {
    if (this.#over !== undefined) return rejected(this.#over);
    if (this.#wire.closed && this.#settings !== undefined) return this.#settings.promise;
    const outcome = new Outcome<number>();
    this.#waiting.add(outcome);
    if (!this.#wire.destroyed) this.#ask(outcome);
    return outcome.promise;
  }

  /** The session is over, which node:http2 does not tell all who wait. */
  fail(error: StreamsError): void {
    this.#over = error;
    for (const outcome of this.#waiting) outcome.reject(error);
    this.#waiting.clear();
  }

  #ask(outcome: Outcome<number>): void {
    const done = (error: Error | null, duration: number): void => {
      // An error is the end of the session, or of its taking pings: `fail` follows, or the settings tell.
      if (error !== null) return this.#wire.destroyed ? undefined : this.#ask(outcome);
      this.#last = duration;
      this.#waiting.delete(outcome);
      outcome.resolve(duration);
    };
    if (this.#wire.closed) {
      this.#settings = outcome;
      // Measured here: what node says it took may count from the start of the machine.
      const began = performance.now();
      this.#wire.settings({ initialWindowSize: this.#window }, (error) => {
        this.#settings = undefined;
        done(error, performance.now() - began);
      });
    } else if (!this.#wire.ping(done)) {
      this.#waiting.delete(outcome);
      outcome.reject(new StreamsError("ERR_CALM", "Ten pings wait for an answer already; await them first."));
    }
  }
}
