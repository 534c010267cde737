// A connection that stops taking bytes when it is told to, as one whose peer hangs does.

import type { Conn, OpOptions } from "streams-core";
import { handled } from "streams-core/kit";

export interface Gate extends Conn {
  /** No write is done from now on, and none is sent. */
  stall(): void;
}

export function gate(conn: Conn): Gate {
  let stalled = false;
  return {
    stall() {
      stalled = true;
    },
    read: (options?: OpOptions) => conn.read(options),
    write(chunk, options) {
      // Pending for as long as the connection is.
      return stalled ? handled(conn.closed) : conn.write(chunk, options);
    },
    close: (options) => conn.close(options),
    reset: (code) => conn.reset(code),
    get closed() {
      return conn.closed;
    },
    [Symbol.asyncIterator]: () => conn[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => conn[Symbol.asyncDispose](),
  };
}
