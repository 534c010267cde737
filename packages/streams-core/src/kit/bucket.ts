// A token bucket: so many at once, so many a second. What goes beyond is a flood.

export class Bucket {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt = 0;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#tokens = burst;
  }

  /** Takes a token. False when there is none. */
  take(now: number): boolean {
    if (this.#tokens < 1) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
      this.#filledAt = now;
      if (this.#tokens < 1) return false;
    } else if (this.#tokens === this.#burst) {
      this.#filledAt = now;
    }
    this.#tokens -= 1;
    return true;
  }
}
