// What all three transports take.

import { milliseconds, wholeNumber } from "streams-core/kit";

export interface SocketOptions {
  /** Milliseconds that a dial waits for the peer to take the connection. Default 10,000. */
  readonly connectTimeout?: number;
  /** Bytes that a connection holds unread before it stops taking more from the peer. Default 262,144. */
  readonly highWaterMark?: number;
}

export interface SocketLimits {
  readonly connectTimeout: number;
  readonly highWaterMark: number;
}

export function socketLimits(options: SocketOptions): SocketLimits {
  return {
    connectTimeout: milliseconds("connectTimeout", options.connectTimeout, 10_000),
    highWaterMark: wholeNumber("highWaterMark", options.highWaterMark, 256 * 1024),
  };
}
