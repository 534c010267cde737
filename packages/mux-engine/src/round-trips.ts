// Pings on their way, and what they measured.

import type { StreamsError } from "streams-core";
import { Outcome } from "streams-core/kit";

interface Ping {
  readonly sentAt: number;
  readonly outcome: Outcome<number>;
}

/** Pings on their way at once. Further ones share the answer of the last: a peer answers only so many that it has not sent yet. */
const IN_FLIGHT = 16;

export class RoundTrips {
  readonly #sent = new Map<number, Ping>();
  #token = 0;
  #newest: Outcome<number> | undefined;
  /** The last one measured, in milliseconds. */
  last: number | undefined;
  /** The shortest one: what the link takes without the queues on it. */
  shortest: number | undefined;
  /** How often it was measured. */
  measured = 0;

  get measuring(): boolean {
    return this.#sent.size > 0;
  }

  /** A measurement. `send` gets the token to send, unless enough pings are on their way. */
  start(now: number, send: (token: number) => void): Outcome<number> {
    if (this.#newest !== undefined && this.#sent.size >= IN_FLIGHT) return this.#newest;
    const token = this.#token;
    this.#token = (this.#token + 1) >>> 0;
    const outcome = new Outcome<number>();
    this.#sent.set(token, { sentAt: now, outcome });
    this.#newest = outcome;
    send(token);
    return outcome;
  }

  /** An answer came; one to nothing that was asked is ignored. */
  answered(token: number, now: number): void {
    const ping = this.#sent.get(token);
    if (ping === undefined) return;
    this.#sent.delete(token);
    this.last = now - ping.sentAt;
    this.measured += 1;
    this.shortest = Math.min(this.last, this.shortest ?? this.last);
    ping.outcome.resolve(this.last);
  }

  fail(error: StreamsError): void {
    for (const { outcome } of this.#sent.values()) outcome.reject(error);
    this.#sent.clear();
  }
}
