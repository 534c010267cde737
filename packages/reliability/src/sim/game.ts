// What the two applications of a run share: the streams as they should be, what is pending, and the first thing that went wrong.

import type { Role } from "mux-engine";
import type { Clock } from "./clock.js";
import { judgeError, type Line, type Reasons } from "./model.js";
import type { Random } from "./random.js";
import type { Trace } from "./trace.js";

export class Game {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly #reasons: () => Reasons;
  /** By id and, for handlers, which see only headers, by name. */
  readonly lines: Map<string, Line> = new Map();
  readonly named: Map<string, Line> = new Map();
  readonly #pending = new Map<string, number>();
  operations = 0;
  fault: string | undefined;

  constructor(clock: Clock, random: Random, trace: Trace, reasons: () => Reasons) {
    this.clock = clock;
    this.random = random;
    this.trace = trace;
    this.#reasons = reasons;
  }

  get reasons(): Reasons {
    return this.#reasons();
  }

  add(line: Line): void {
    this.lines.set(line.id, line);
    this.named.set(line.name, line);
  }

  wrong(who: string, what: string): void {
    this.trace.note(who, `WRONG: ${what}`);
    this.fault ??= `${who}: ${what}`;
  }

  /** An error that an operation on the stream ended with. */
  failed(who: Role, line: Line, doing: string, error: unknown): void {
    this.trace.note(who, `${doing} failed`, line.id, String(error));
    const wrong = judgeError(error, who, line, this.reasons);
    if (wrong !== undefined) this.wrong(who, `${doing} on stream ${line.id} failed with ${wrong}`);
  }

  /** Every promise must settle. */
  track<T>(doing: string, work: Promise<T>, then: (value: T) => void, failed: (error: unknown) => void): void {
    this.#count(doing, 1);
    const settled = (): void => this.#count(doing, -1);
    work.then(then, failed).then(settled, (error: unknown) => {
      settled();
      this.wrong("the application", String(error));
    });
  }

  /** What has not settled, in words; empty when everything has. */
  get pending(): string {
    return [...this.#pending].map(([doing, times]) => `${times} × ${doing}`).join(", ");
  }

  #count(doing: string, by: number): void {
    const times = (this.#pending.get(doing) ?? 0) + by;
    if (times === 0) this.#pending.delete(doing);
    else this.#pending.set(doing, times);
  }
}
