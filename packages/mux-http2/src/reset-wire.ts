// RST_STREAM, which node:http2 does not send without help.

import type { Http2Stream } from "node:http2";
import { NO_ERROR } from "./codes.js";

const cut = new WeakSet<Http2Stream>();

/**
 * RST_STREAM. node:http2's `close` calls `end`, and END_STREAM then goes ahead of the reset: the peer would read a clean end. Without
 * that, a reset out of one of node:http2's own callbacks, where most of an application runs, hangs in it: so it leaves with the turn.
 */
export function resetWire(wire: Http2Stream, wireCode: number): void {
  cut.add(wire);
  Object.assign(wire, { end: () => wire });
  setImmediate(() => {
    if (!wire.destroyed) wire.close(wireCode);
  });
}

/** Calls `tell` when the peer has reset it. */
export function whenReset(wire: Http2Stream, tell: () => void): void {
  wire.once("close", () => {
    if (wire.rstCode !== NO_ERROR && !cut.has(wire)) tell();
  });
}
