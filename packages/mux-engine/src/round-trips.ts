// Pings on their way, and what they measured.

import type { StreamsError } from "streams-core";
import { Outcome } from "streams-core/kit";

interface Ping {
  readonly sentAt: number;
  readonly outcome: Outcome<number>;
}

/** Samples that the shortest round trip is taken over. */
const SAMPLES = 8;

export class RoundTrips {
  readonly #sent = new Map<number, Ping>();
  readonly #samples: number[] = [];
  #token = 0;
  /** The last one measured, in milliseconds. */
  last: number | undefined;
  /** When it was measured. */
  measuredAt: number = Number.NEGATIVE_INFINITY;

  /** The shortest of the last few: what the link takes without the queues on it. */
  get shortest(): number | undefined {
    return this.#samples.length === 0 ? undefined : Math.min(...this.#samples);
  }

  get waiting(): boolean {
    return this.#sent.size > 0;
  }

  /** Starts a ping and says which token to send. */
  start(now: number): { token: number; outcome: Outcome<number> } {
    const token = this.#token;
    this.#token = (this.#token + 1) >>> 0;
    const outcome = new Outcome<number>();
    this.#sent.set(token, { sentAt: now, outcome });
    return { token, outcome };
  }

  /** An answer came; one to nothing that was asked is ignored. */
  answered(token: number, now: number): void {
    const ping = this.#sent.get(token);
    if (ping === undefined) return;
    this.#sent.delete(token);
    this.last = now - ping.sentAt;
    this.measuredAt = now;
    this.#samples.push(this.last);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    ping.outcome.resolve(this.last);
  }

  forget(token: number): void {
    this.#sent.delete(token);
  }

  fail(error: StreamsError): void {
    for (const { outcome } of this.#sent.values()) outcome.reject(error);
    this.#sent.clear();
  }
}
