// The wire of the reference session: calls on the other end, made one turn of the event loop later, the urgent ones first.

interface Call {
  readonly urgency: number;
  run(): void;
}

/** Before everything that belongs to a stream, and after it. */
export const FIRST = -1;
export const LAST = 8;

export class Link {
  #calls: Call[] = [];
  #scheduled = false;
  broken = false;

  send(urgency: number, run: () => void): void {
    if (this.broken) return;
    this.#calls.push({ urgency, run });
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls.sort((a, b) => a.urgency - b.urgency)) if (!this.broken) call.run();
  }
}
