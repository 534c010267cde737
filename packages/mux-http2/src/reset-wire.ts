// RST_STREAM, which node:http2 does not send without help.

import type { Http2Stream } from "node:http2";

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

/** Whether this end reset it. */
export function wasCut(wire: Http2Stream): boolean {
  return cut.has(wire);
}
