// How large each stream's receive window is: the initial one is guaranteed; what it grows beyond comes out of one budget.

import type { Limits } from "./options.js";
import type { RoundTrips } from "./round-trips.js";
import type { EngineStream } from "./stream.js";

/** What a turn of a busy event loop takes, at either end: no link is shorter than that. */
const TURN_MS = 0.1;
/** The part of a window that is nearly all of it. */
const NEARLY = 0.75;
/** Credit that a large window gives back at once: often enough that its sender never runs dry meanwhile. */
const LARGEST_GRANT = 256 * 1024;

export class Windows {
  readonly #limits: Limits;
  readonly #roundTrips: RoundTrips;
  /** Bytes of the budget in use. */
  grown = 0;
  /** Bytes that a new stream may receive unread. */
  initial: number;

  constructor(limits: Limits, roundTrips: RoundTrips) {
    this.#limits = limits;
    this.initial = limits.initialWindow;
    this.#roundTrips = roundTrips;
  }

  /** What the wire itself lets a peer send on a new stream, which need not wait until it was heard. */
  atLeast(bytes: number = 0): void {
    this.initial = Math.max(this.#limits.initialWindow, bytes);
  }

  /** The credit to give back now that the application has read, with growth if there is reason for it. */
  grant(stream: EngineStream, now: number): number {
    const bytes = stream.unreturned + this.#growth(stream, now);
    stream.unreturned = 0;
    stream.receiveCredit += bytes;
    return bytes;
  }

  /** A stream is over: what it had grown can go to others. */
  release(stream: EngineStream): void {
    this.grown -= stream.window - this.initial;
    stream.window = this.initial;
  }

  /**
   * Twice what the application reads in a round trip is enough for the sender never to wait (dynamic right-sizing, Fisk and Feng
   * 2001). Where it reads nearly the whole window in one, the window is what limits it, and grows fourfold to find out soon.
   * Each step waits for a new measurement, for the step before it may have made a queue.
   */
  #growth(stream: EngineStream, now: number): number {
    const { shortest, measured } = this.#roundTrips;
    stream.epochBytes += stream.unreturned;
    if (measured === stream.epoch || shortest === undefined) return 0;
    const elapsed = now - stream.epochAt;
    const roundTrip = Math.max(shortest, TURN_MS);
    const perRoundTrip = elapsed > roundTrip ? (stream.epochBytes * roundTrip) / elapsed : stream.epochBytes;
    stream.epoch = measured;
    stream.epochBytes = 0;
    stream.epochAt = now;
    const { maxWindow, growthBudget } = this.#limits;
    const wanted = Math.ceil(perRoundTrip * (perRoundTrip > stream.window * NEARLY ? 4 : 2));
    const growth = Math.max(0, Math.min(wanted, maxWindow) - stream.window);
    const granted = Math.min(growth, growthBudget - this.grown);
    this.grown += granted;
    stream.window += granted;
    return granted;
  }
}

/** Whether so much was read of the stream that it should go back as credit. */
export function isDue(unreturned: number, window: number): boolean {
  return unreturned >= Math.min(window / 2, LARGEST_GRANT);
}
