// Virtual time, in milliseconds, and what is to happen at some point of it. It moves only when the run moves it.

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

export class Clock {
  now = 0;
  #alarms: Alarm[] = [];

  /** When the next alarm is due; Infinity for never. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#alarms) if (at < next) next = at;
    return next;
  }

  after(milliseconds: number, ring: () => void): void {
    this.#alarms.push({ at: this.now + milliseconds, ring });
  }

  /** Rings what is due, in the order in which it was asked for. */
  ring(): void {
    if (this.next > this.now) return;
    const due = this.#alarms.filter(({ at }) => at <= this.now);
    this.#alarms = this.#alarms.filter(({ at }) => at > this.now);
    for (const { ring } of due) ring();
  }
}
