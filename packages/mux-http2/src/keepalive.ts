// Asks a silent peer for a sign of life. Any byte of it is one.

export interface KeepaliveHooks {
  /** Bytes received so far. */
  received(): number;
  /** Makes the peer send something, if it lives. */
  probe(): void;
  /** Nothing came in time. */
  dead(): void;
}

export class Keepalive {
  readonly #interval: number;
  readonly #timeout: number;
  readonly #hooks: KeepaliveHooks;
  #timer: NodeJS.Timeout | undefined;
  #check: NodeJS.Immediate | undefined;
  #received = 0;

  /** @param interval milliseconds of silence until the peer is asked, @param timeout milliseconds it has to answer */
  constructor(interval: number, timeout: number, hooks: KeepaliveHooks) {
    this.#interval = interval;
    this.#timeout = timeout;
    this.#hooks = hooks;
  }

  start(): void {
    this.#received = this.#hooks.received();
    this.#arm(this.#interval, () => {
      if (this.#hooks.received() !== this.#received) return this.start();
      this.#hooks.probe();
      this.#arm(this.#timeout, () => {
        // After a stall of the event loop the answer may be here and not yet read: immediates run after input.
        this.#check = setImmediate(() => {
          if (this.#hooks.received() === this.#received) this.#hooks.dead();
          else this.start();
        });
      });
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#check);
  }

  #arm(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms).unref();
  }
}
