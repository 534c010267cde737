// What all three transports take.

import { milliseconds, wholeNumber } from "streams-core/kit";

export interface SocketOptions {
  /** Milliseconds that a dial waits for the peer to take the connection. Default 10,000. */
  readonly connectTimeout?: number;
  /** Bytes that a connection holds unread before it stops taking more from the peer. Default 262,144. */
  readonly highWaterMark?: number;
  /**
   * Microseconds that the event loop keeps turning after each arrival, up to 1,000,000. What comes within them is answered sooner, and
   * for that long a processor is busy. Default: it sleeps until something comes.
   */
  readonly busyPoll?: number;
}

export interface SocketLimits {
  readonly connectTimeout: number;
  /** What `fromDuplex` takes. */
  readonly reading: { readonly highWaterMark: number; readonly busyPoll: number | undefined };
}

export function socketLimits(options: SocketOptions): SocketLimits {
  const { busyPoll } = options;
  return {
    connectTimeout: milliseconds("connectTimeout", options.connectTimeout, 10_000),
    reading: {
      highWaterMark: wholeNumber("highWaterMark", options.highWaterMark, 256 * 1024),
      busyPoll: busyPoll === undefined ? undefined : wholeNumber("busyPoll", busyPoll, busyPoll, { max: 1_000_000 }),
    },
  };
}
