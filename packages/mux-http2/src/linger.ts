// Streams that this end has closed and the peer has not: those that stay silent for too long are reset.

import type { H2Stream } from "./stream.js";

/** Quarters of the time that a stream may stay silent. */
const SILENT_SWEEPS = 4;

export class Linger {
  readonly #streams: ReadonlySet<H2Stream>;
  readonly #period: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param time milliseconds that such a stream may stay silent */
  constructor(streams: ReadonlySet<H2Stream>, time: number) {
    this.#streams = streams;
    this.#period = Math.ceil(time / SILENT_SWEEPS);
  }

  /** There is such a stream. */
  start(): void {
    this.#timer ??= setInterval(() => this.#sweep(), this.#period).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    let lingering = false;
    for (const stream of [...this.#streams]) {
      if (!stream.lingers) continue;
      stream.silentSweeps += 1;
      if (stream.silentSweeps > SILENT_SWEEPS) stream.reset();
      else lingering = true;
    }
    if (!lingering) this.stop();
  }
}
