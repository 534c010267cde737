// Keeps the event loop turning for a while: to sleep and be woken takes the system longer than a peer that answers at once.

let until = 0;
let turning = false;

/** From now on for so many milliseconds, or for as long as somebody else asked. */
export function keepTurning(milliseconds: number): void {
  until = Math.max(until, performance.now() + milliseconds);
  if (turning) return;
  turning = true;
  setImmediate(turn);
}

/** Before an immediate the loop looks for input, and while one waits it does not sleep. */
function turn(): void {
  turning = performance.now() < until;
  if (turning) setImmediate(turn);
}
