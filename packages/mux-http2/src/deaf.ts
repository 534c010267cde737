// nghttp2 gives a session up, for a frame that is too long or data on a stream that was never opened, with a GOAWAY that node:http2 tells
// nobody of: it stops reading and leaves the session open for as long as the peer likes.

import type { Pipe } from "./pipe.js";

/** Milliseconds between two looks. */
const PERIOD = 500;

/**
 * Calls `tell` when node:http2 has not read for a while although nothing of its own waits to be written, which otherwise stops it too.
 * A socket that it reads past JavaScript shows nothing; there keepalive ends the session. Returns how to stop.
 */
export function whenDeaf({ duplex, direct }: Pipe, tell: () => void): () => void {
  if (direct) return () => {};
  const deaf = (): boolean => duplex.isPaused() && duplex.writableLength === 0;
  let looks = 0;
  let moved = 0;
  const timer = setInterval(() => {
    // A busy session pauses and reads on all the time.
    const before = moved;
    moved = duplex.bytesRead - duplex.readableLength + duplex.bytesWritten;
    looks = deaf() && moved === before ? looks + 1 : 0;
    // After a stall of the event loop it may be about to read on: that takes two turns.
    if (looks > 1) setImmediate(() => setImmediate(() => deaf() && tell()));
  }, PERIOD).unref();
  return () => clearInterval(timer);
}
