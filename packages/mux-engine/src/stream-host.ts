// What a stream gets from its session, and asks of it.

import type { EngineStream } from "./stream.js";

export interface StreamInit {
  readonly number: number;
  readonly local: boolean;
  readonly urgency: number;
  /** The opener's headers. */
  readonly block: Uint8Array;
  readonly sendCredit: number;
  readonly window: number;
  readonly now: number;
}

export interface StreamHost {
  /** Whether the transport or the bytes already queued for it should make writers wait. */
  readonly congested: boolean;
  /** The stream has bytes, an opening or an end to send. */
  sendable(stream: EngineStream): void;
  /** Its reader took enough that credit should go back. */
  creditDue(stream: EngineStream): void;
  /** It was reset, or stopped reading, here. */
  resetByUs(stream: EngineStream, code: number): void;
  stoppedByUs(stream: EngineStream, code: number): void;
  /** The application wrote so many bytes. */
  wrote(bytes: number): void;
  /** Its sending direction is over, the receiving one is not. */
  halfClosed(): void;
  /** Both directions are over. */
  finished(stream: EngineStream): void;
}
