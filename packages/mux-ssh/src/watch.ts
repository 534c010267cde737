// The clock of a session: the handshake's limit, and then whether the peer is still there.

import type { Limits } from "./options.js";

export interface WatchEvents {
  handshakeLate(): void;
  silent(): void;
  /** Called now and then while the session is open. */
  tick(now: number): void;
}

export class Watch {
  readonly #limits: Limits;
  readonly #events: WatchEvents;
  readonly #handshake: NodeJS.Timeout;
  #ticks: NodeJS.Timeout | undefined;
  #lastByte = performance.now();

  constructor(limits: Limits, events: WatchEvents) {
    this.#limits = limits;
    this.#events = events;
    this.#handshake = setTimeout(() => events.handshakeLate(), limits.handshakeTimeout);
  }

  /** A byte came. */
  alive(): void {
    this.#lastByte = performance.now();
  }

  /** The handshake is done. */
  ready(): void {
    clearTimeout(this.#handshake);
    const period = Math.max(1, Math.min(this.#limits.keepaliveTimeout / 2, 5000));
    let last = performance.now();
    this.#ticks = setInterval(() => {
      const now = performance.now();
      // After the event loop stood still, what has arrived meanwhile is read before anybody is called silent.
      const stalled = now - last > 2 * period;
      last = now;
      if (stalled) return;
      const { keepaliveInterval, keepaliveTimeout } = this.#limits;
      if (now - this.#lastByte > keepaliveInterval + keepaliveTimeout) this.#events.silent();
      else this.#events.tick(now);
    }, period).unref();
  }

  stop(): void {
    clearTimeout(this.#handshake);
    clearInterval(this.#ticks);
  }
}
