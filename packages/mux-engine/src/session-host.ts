// What a session asks of whoever drives it: the clock, chance, and a way to the transport.

export interface SessionHost {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** `produce` has something to give. Called from within `receive`, `tick` and whatever the application calls: act later. */
  wake(): void;
  /** As `wake`, for what loses nothing by waiting until more of what has arrived was received. */
  wakeLater(): void;
  /** The session is no longer `full`. */
  readOn(): void;
  /**
   * The session is over. Send `last`, after `delayMs` end the transport, give the peer `lingerMs` to take it all and end its side,
   * then break the transport off and call `transportDone`. With a `lingerMs` of 0, break it off at once.
   */
  end(last: Uint8Array[], lingerMs: number, delayMs: number): void;
}
