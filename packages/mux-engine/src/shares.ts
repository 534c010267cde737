// The sessions of a process take turns at what much work they make.

import { afterTurn } from "streams-core/kit";

const waiting: (() => void)[] = [];

/**
 * Resolves when a session that had its share of the process may go on: one in each turn of the event loop, in the order in which they
 * ask. However many of them flood, what others wait for them is one share.
 */
export function nextShare(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) afterTurn(goOn);
  });
}

function goOn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) afterTurn(goOn);
}
