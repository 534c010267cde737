// How large each stream's receive window is: the initial one is guaranteed; what it grows beyond comes out of one budget.

import type { Limits } from "./options.js";
import type { RoundTrips } from "./round-trips.js";
import type { EngineStream } from "./stream.js";

/**
 * A window that its reader empties by half within so many round trips is too small for the link and doubles. A sender that is
 * never held up by it sends half a window in half a round trip or more.
 */
const ROUND_TRIPS = 4;

export class Windows {
  readonly #limits: Limits;
  readonly #roundTrips: RoundTrips;
  /** Bytes of the budget in use. */
  grown = 0;

  constructor(limits: Limits, roundTrips: RoundTrips) {
    this.#limits = limits;
    this.#roundTrips = roundTrips;
  }

  /** The credit to give back now that the application has read, with growth if there is reason for it. */
  grant(stream: EngineStream, now: number): number {
    const bytes = stream.unreturned + this.#growth(stream, now);
    stream.unreturned = 0;
    stream.grantedAt = now;
    stream.receiveCredit += bytes;
    return bytes;
  }

  /** A stream is over: what it had grown can go to others. */
  release(stream: EngineStream): void {
    this.grown -= stream.window - this.#limits.initialWindow;
    stream.window = this.#limits.initialWindow;
  }

  #growth(stream: EngineStream, now: number): number {
    const roundTrip = this.#roundTrips.shortest;
    if (roundTrip === undefined || now - stream.grantedAt > ROUND_TRIPS * roundTrip) return 0;
    const { maxWindow, growthBudget } = this.#limits;
    const growth = Math.min(stream.window, maxWindow - stream.window, growthBudget - this.grown);
    this.grown += growth;
    stream.window += growth;
    return growth;
  }
}
