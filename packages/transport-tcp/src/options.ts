// What all three transports take.

import { milliseconds, wholeNumber, wholeNumberOrFalse } from "streams-core/kit";

export interface SocketOptions {
  /** Milliseconds that a dial waits for the peer to take the connection. Default 10,000. */
  readonly connectTimeout?: number;
  /** Bytes that a connection holds unread before it stops taking more from the peer. Default 262,144. */
  readonly highWaterMark?: number;
  /**
   * Microseconds that the event loop keeps turning after each arrival, up to 1,000,000, or `false`. What comes within them is answered
   * sooner, and for that long a processor is busy. Default: 100 where a write was answered, for as long as the next answers mostly come
   * that soon; never with one processor.
   */
  readonly busyPoll?: number | false;
}

export interface SocketLimits {
  readonly connectTimeout: number;
  /** What `fromDuplex` takes. */
  readonly reading: { readonly highWaterMark: number; readonly busyPoll: number | false | undefined };
}

export function socketLimits(options: SocketOptions): SocketLimits {
  return {
    connectTimeout: milliseconds("connectTimeout", options.connectTimeout, 10_000),
    reading: {
      highWaterMark: wholeNumber("highWaterMark", options.highWaterMark, 256 * 1024),
      busyPoll: wholeNumberOrFalse("busyPoll", options.busyPoll, 1_000_000),
    },
  };
}
