// Runs something once everything that this tick of the event loop started has run, microtasks included.

interface Ticker {
  nextTick(callback: () => void): void;
}

/** Node, Bun and Deno have `process.nextTick`; a browser's nearest is a message to itself. */
export const afterTick: (callback: () => void) => void = makeAfterTick();

function makeAfterTick(): (callback: () => void) => void {
  const nextTick = (globalThis as { process?: Partial<Ticker> }).process?.nextTick;
  // Asked from a timer or a socket's event, nextTick alone would run before the microtasks of this tick.
  if (nextTick !== undefined) return (callback) => queueMicrotask(() => nextTick(callback));
  const due: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => due.shift()?.();
  return (callback) => {
    due.push(callback);
    port2.postMessage(0);
  };
}

interface Looper {
  setImmediate(callback: () => void): void;
}

/** Runs something once what has arrived by now was handled: in Node, Bun and Deno, after the events of this turn of the loop. */
export const afterTurn: (callback: () => void) => void = makeAfterTurn();

function makeAfterTurn(): (callback: () => void) => void {
  const { setImmediate } = globalThis as Partial<Looper>;
  return setImmediate ?? afterTick;
}
