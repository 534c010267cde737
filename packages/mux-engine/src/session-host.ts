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
  /** The session is over. Take leave of the peer, then break the transport off and call `transportDone`. */
  end(farewell: Farewell): void;
}

/** How to take leave of a peer. */
export interface Farewell {
  /** To be sent. */
  readonly last: Uint8Array[];
  /** What the peer gets, in milliseconds, to take it all and end its side. With 0, nothing is sent. */
  readonly lingerMs: number;
  /** Milliseconds from `last` to the end of this side of the transport. */
  readonly delayMs: number;
  /** The peer floods: break the transport off after `lingerMs`, and end nothing before, so that it does not come again at once. */
  readonly flooded: boolean;
}
