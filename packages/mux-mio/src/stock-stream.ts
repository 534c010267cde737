// What has to be known of a stream of the original's: whether it may be sent to, and what became of its credit.

import * as L from "./layout.js";

export class StockStream {
  /** Until this end ends it, or the original closes it: of what comes then, the original takes payload for headers. */
  takes: boolean;
  /** Credit that is due, and makes no whole piece yet. */
  #owed = 0;
  /** What the original has left to send, modulo `PIECE`. */
  #left = 0;

  constructor(takes: boolean) {
    this.takes = takes;
  }

  /** The original may send `granted` bytes, and should be able to send `window`. */
  grant(granted: number, window: number): void {
    this.#owed = Math.max(0, window - granted);
    this.#left = granted % L.PIECE;
  }

  received(bytes: number): void {
    this.#left = (this.#left - bytes) & (L.PIECE - 1);
  }

  /**
   * The original had less credit than its next frame needs, and forgot what it had: that is due again. Credit on its way to it is a
   * multiple of `PIECE`, so what it forgot, being less than a frame, is known exactly. False if it had none.
   */
  lost(): boolean {
    const left = this.#left;
    this.#owed += left;
    this.#left = 0;
    return left > 0;
  }

  /** So many bytes more are due. Returns how many to give now, in whole pieces: the original forgets less than a frame again. */
  due(bytes: number): number {
    const owed = this.#owed + bytes;
    this.#owed = owed % L.PIECE;
    return owed - this.#owed;
  }
}
