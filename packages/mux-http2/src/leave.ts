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
    wire?.destroy();
    duplex.destroy();
    return () => {};
  }
  const leaveNow = (): void => void setImmediate(() => wire.destroy());
  if (how === "told") leaveNow();
  else {
    // A session that is destroyed while it writes drops what it would have written next, which may be its goodbye. The answer to a
    // ping says that it came. A drained session destroys itself.
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

/** Pings, and calls back when that is answered or cannot be any more. Returns false if no ping can be sent. */
function asks(wire: Http2Session, answered: () => void): boolean {
  try {
    return wire.ping(answered);
  } catch {
    return false;
  }
}
