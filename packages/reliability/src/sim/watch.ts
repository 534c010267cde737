// What must be true of sessions at every moment, and what must be true when nothing is on the way.

import { type EngineStream, limitsOf, type SessionOptions } from "mux-engine";
import type { End } from "./end.js";
import type { Side } from "./side.js";

/** Memory: no stream keeps more than its window, and no session grows windows beyond its budget. @returns what does not hold */
export function holds(end: End, streams: readonly EngineStream[], options: SessionOptions): string | undefined {
  const { initialWindow } = end;
  const { maxWindow, growthBudget } = limitsOf(options);
  let grown = 0;
  for (const stream of streams) {
    if (stream.ended) continue;
    const { id, unread, receiveCredit, sendCredit, window } = stream;
    if (unread + receiveCredit > window) return `stream ${id} may keep ${unread} + ${receiveCredit} of ${window} bytes`;
    if (receiveCredit < 0 || sendCredit < 0) return `stream ${id} has credit ${receiveCredit} and ${sendCredit}`;
    if (window > Math.max(maxWindow, initialWindow)) return `stream ${id} has a window of ${window} bytes`;
    grown += window - initialWindow;
  }
  if (grown > growthBudget) return `windows have grown by ${grown} bytes, ${growthBudget} were allowed`;
  for (const { id, unread, receiveCredit, waiting } of end.session.stats().streams()) {
    const kept = unread + (receiveCredit ?? 0);
    if (waiting === "accept" && kept > initialWindow) return `stream ${id}, which nobody accepted, keeps ${kept} bytes`;
  }
  return undefined;
}

/** Credit: what one end may send is what the other end takes, and nothing of a window is lost. @returns what does not hold */
export function atRest(senders: readonly Side[], receivers: readonly Side[]): string | undefined {
  const byId = new Map(receivers.map((side) => [side.line.id, side.stream]));
  for (const { line, stream: from } of senders) {
    const to = byId.get(line.id);
    if (to === undefined || from.ended || to.ended || from.sendEnded || to.receiveEnded) continue;
    const { receiveCredit, unread, unreturned, window } = to;
    if (from.sendCredit !== receiveCredit)
      return `stream ${line.id}: credit ${from.sendCredit}, but ${receiveCredit} is taken`;
    if (receiveCredit + unread + unreturned !== window) {
      return `stream ${line.id}: ${receiveCredit} + ${unread} + ${unreturned} bytes are not the window of ${window}`;
    }
    if (from.unsent.size > 0 && from.sendCredit > 0) return `stream ${line.id} has bytes and credit, and sends nothing`;
  }
  return undefined;
}
