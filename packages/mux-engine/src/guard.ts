// Counts what only a hostile or broken peer does much of, and says when it is a flood.

import { Bucket } from "streams-core/kit";
import { flood } from "./faults.js";
import type { Limits } from "./options.js";

export class Guard {
  readonly #resets: Bucket;
  /** Frames without effect: credit of zero, data frames without data, pings beyond those that are answered, a drain after the first. */
  readonly #idle = new Bucket(1000, 100);
  /** Frames for streams that are over. Many come honestly: what was in flight when a stream was reset here. */
  readonly #stray = new Bucket(20_000, 2000);
  /** Streams that nobody had room for. */
  readonly #refused = new Bucket(20_000, 2000);

  constructor(limits: Limits) {
    this.#resets = new Bucket(limits.resetBurst, limits.resetRate);
  }

  /** The peer reset, or stopped, a stream that it had opened. @throws ERR_CALM */
  reset(now: number): void {
    if (!this.#resets.take(now)) throw flood("streams opened and reset");
  }

  /** The peer opened a stream for which there is no room. @throws ERR_CALM */
  refused(now: number): void {
    if (!this.#refused.take(now)) throw flood("streams that are refused");
  }

  /** @throws ERR_CALM */
  idle(now: number): void {
    if (!this.#idle.take(now)) throw flood("frames without effect");
  }

  /** @throws ERR_CALM */
  stray(now: number): void {
    if (!this.#stray.take(now)) throw flood("frames for streams that are over");
  }
}
