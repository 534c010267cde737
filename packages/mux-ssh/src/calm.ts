// What a peer may make us do for nothing.

/** So many at once, and so many more each second. */
export class Allowance {
  readonly #burst: number;
  readonly #rate: number;
  #left: number;
  #at = performance.now();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#rate = perSecond;
    this.#left = burst;
  }

  /** Takes one. Returns whether there was one. */
  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
