// Keeps the event loop turning for a while: to sleep and be woken takes the system longer than a peer that answers at once.

import { availableParallelism } from "node:os";
import { wholeNumberOrFalse } from "../kit/options.js";

/**
 * How long an answer is worth waiting for awake, in milliseconds. Of the order of what it costs to sleep and be woken, at both ends, so
 * that waiting in vain never costs more than twice what sleeping would have (competitive spinning: Karlin et al., SOSP 1991).
 */
const WORTH_WAITING_MS = 0.1;
/** An answer may be worth waiting for once its sender stays awake too: each finds out at its own time. */
const PERHAPS_MS = 0.2;
/** Waits in vain before the next rest; the good ones add to them. */
const FIRST_PATIENCE = 16;
const MOST_PATIENCE = 32;
/** What an answer takes away that is too late by far. */
const DISAPPOINTMENT = 4;
/** Exchanges that are not waited for awake, at first and when patience is at its end: doubled each time, until a wait pays. */
const FIRST_REST = 64;
const LONGEST_REST = 1024;
/** With one processor the peer on this machine could not run meanwhile. */
const ALONE = availableParallelism() < 2;

/** Of one connection: whether to stay awake after an arrival. */
export class BusyPoll {
  /** Milliseconds to turn after each arrival, or `undefined` to find out where it pays. */
  readonly #always: number | undefined;
  #asked = false;
  #answeredAt = 0;
  #patience = FIRST_PATIENCE;
  #resting = FIRST_REST;
  #rest = FIRST_REST;

  /** @throws ERR_OPTION_INVALID */
  constructor(microseconds: number | false | undefined) {
    wholeNumberOrFalse("busyPoll", microseconds, 1_000_000);
    this.#always = microseconds === undefined && !ALONE ? undefined : (microseconds || 0) / 1000;
  }

  wrote(): void {
    this.#asked = true;
  }

  arrived(): void {
    if (this.#always === undefined) this.#answered();
    else if (this.#always > 0) keepTurning(this.#always);
  }

  /** Only what follows a write of ours is somebody's answer; the rest of a bulk transfer gains nothing by a processor kept awake. */
  #answered(): void {
    if (!this.#asked) return;
    this.#asked = false;
    const now = performance.now();
    const waited = now - this.#answeredAt;
    this.#answeredAt = now;
    if (this.#resting > 0) this.#resting -= 1;
    else if (this.#isWorthIt(waited)) keepTurning(WORTH_WAITING_MS);
  }

  #isWorthIt(waited: number): boolean {
    if (waited < WORTH_WAITING_MS) {
      this.#patience = Math.min(this.#patience + 1, MOST_PATIENCE);
      this.#rest = FIRST_REST;
      return true;
    }
    this.#patience -= waited < PERHAPS_MS ? 1 : DISAPPOINTMENT;
    if (this.#patience > 0) return true;
    this.#patience = FIRST_PATIENCE;
    this.#resting = this.#rest;
    this.#rest = Math.min(this.#rest * 2, LONGEST_REST);
    return false;
  }
}

let until = 0;
let turning = false;

/** From now on for so many milliseconds, or for as long as somebody else asked. */
function keepTurning(milliseconds: number): void {
  until = Math.max(until, performance.now() + milliseconds);
  if (turning) return;
  turning = true;
  setImmediate(turn);
}

/** Before an immediate the loop looks for input, and while one waits it does not sleep. */
function turn(): void {
  turning = performance.now() < until;
  if (turning) setImmediate(turn);
}
