// How a session that is over leaves its connection.

import type { Http2Session } from "node:http2";
import type { Pipe } from "./pipe.js";

/**
 * Drained: nothing is left to send. Closing: the peer is told, and what is under way still leaves. Told: the peer knows.
 * Broken: at once.
 */
export type Leaving = "drained" | "closing" | "told" | "broken";

/** Milliseconds without a byte either way that a session which is over waits for the peer to end the connection too. */
const GOODBYE_TIME = 2000;

/**
 * Ends the node:http2 session and then the connection. Returns how to stop waiting for the peer.
 * @param stall milliseconds after which a peer that takes nothing is given up
 */
export function leave(wire: Http2Session | undefined, duplex: Pipe["duplex"], how: Leaving, stall: number): () => void {
  if (how === "broken" || wire === undefined) {
    const now = (): void => {
      wire?.destroy();
      duplex.destroy();
    };
    // The resets of the streams leave first: without one node:http2 sends END_STREAM for a stream that it is writing when it is destroyed,
    // and the peer would read a clean end. On a connection that is gone it need not wait for that.
    if (wire === undefined || duplex.destroyed) now();
    else setImmediate(now);
    return () => {};
  }
  const leaveNow = (): void => void setImmediate(() => wire.destroy());
  if (how === "told") leaveNow();
  else {
    // A session that is destroyed while it writes drops what it would have written next, which may be its goodbye. An answer to
    // what is sent behind it says that it came. A drained session destroys itself.
    if (how === "closing" && !asks(wire, leaveNow)) leaveNow();
    duplex.once("end", leaveNow);
  }
  // Closed first and destroyed then: node:http2 ends the connection and reads on until the peer does too. A connection that is
  // destroyed with bytes unread takes back what it has sent.
  wire.close();
  let sent = duplex.bytesWritten - duplex.writableLength;
  let received = duplex.bytesRead;
  let waited = 0;
  const timer = setInterval(() => {
    const out = duplex.bytesWritten - duplex.writableLength;
    const idle = out === sent && duplex.bytesRead === received;
    waited = out === sent ? waited + GOODBYE_TIME : 0;
    sent = out;
    received = duplex.bytesRead;
    if (waited >= stall || (idle && duplex.writableLength === 0)) duplex.destroy();
  }, GOODBYE_TIME).unref();
  return () => clearInterval(timer);
}

/** Asks the peer for a sign, and calls back when it came or cannot any more. Returns false if it cannot be asked. */
function asks(wire: Http2Session, answered: () => void): boolean {
  try {
    if (!wire.closed) return wire.ping(answered);
    // node:http2 sends no PING once a session drains.
    wire.settings({}, answered);
    return true;
  } catch {
    return false;
  }
}
