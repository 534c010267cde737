// Keeps the event loop turning for a while: to sleep and be woken takes the system longer than a peer that answers at once.

import { availableParallelism } from "node:os";
import { wholeNumberOrFalse } from "../kit/options.js";

/**
 * How long an answer is worth waiting for awake, in milliseconds. Of the order of what it costs to sleep and be woken, at both ends, so
 * that waiting in vain never costs more than twice what sleeping would have (competitive spinning: Karlin et al., SOSP 1991).
 */
const WORTH_WAITING_MS = 0.1;
/** Waits that may be in vain before the next rest, and at most those that good ones make up for. */
const FIRST_TRIES = 4;
const MOST_TRIES = 8;
/** Exchanges that are not waited for awake, at first and after tries in vain: doubled each time, until one try pays. */
const FIRST_REST = 64;
const LONGEST_REST = 4096;
/** With one processor the peer on this machine could not run meanwhile. */
const ALONE = availableParallelism() < 2;

/** Of one connection: whether to stay awake after an arrival. */
export class BusyPoll {
  /** Milliseconds to turn after each arrival, or `undefined` to find out where it pays. */
  readonly #always: number | undefined;
  #asked = false;
  #answeredAt = 0;
  #tries = FIRST_TRIES;
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
    if (this.#resting > 0) {
      this.#resting -= 1;
      return;
    }
    const now = performance.now();
    const paid = now - this.#answeredAt < WORTH_WAITING_MS;
    this.#answeredAt = now;
    if (paid) {
      this.#tries = Math.min(this.#tries + 1, MOST_TRIES);
      this.#rest = FIRST_REST;
    } else if (--this.#tries === 0) {
      this.#tries = FIRST_TRIES;
      this.#resting = this.#rest;
      this.#rest = Math.min(this.#rest * 2, LONGEST_REST);
      return;
    }
    keepTurning(WORTH_WAITING_MS);
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
