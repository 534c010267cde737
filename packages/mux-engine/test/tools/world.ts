// Two sessions joined by bytes in memory, on a clock that the test moves. Nothing happens unless the test says so.

import { type Farewell, limitsOf, Session, type SessionHost, type SessionOptions } from "mux-engine";
import { TinyWire } from "./tiny-wire.js";

export class End implements SessionHost {
  readonly session: Session;
  readonly #clock: { now: number };
  /** What this end has sent and the other has not got. */
  outbox: Uint8Array[] = [];
  awake = false;
  over: { readonly lingerMs: number } | undefined;

  constructor(role: "client" | "server", clock: { now: number }, options: SessionOptions = {}) {
    this.#clock = clock;
    const limits = limitsOf(options);
    const { initialWindow, maxFrame } = limits;
    this.session = new Session(new TinyWire(role, { window: initialWindow, maxFrame }), this, limits);
  }

  now(): number {
    return this.#clock.now;
  }

  random(): number {
    return 0.5;
  }

  wakeLater(): void {
    this.awake = true;
  }

  wake(): void {
    this.awake = true;
  }

  readOn(): void {}

  end({ last, lingerMs }: Farewell): void {
    this.outbox.push(...last);
    this.over = { lingerMs };
    this.session.transportDone();
  }

  /** Takes at most about `limit` bytes of data out of the session. */
  flush(limit: number): void {
    this.awake = false;
    this.outbox.push(...this.session.produce(limit));
  }

  get pending(): number {
    return this.outbox.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  /** The oldest bytes of the outbox, as one piece of its own memory. */
  pull(size: number): Uint8Array {
    const piece = new Uint8Array(Math.min(size, this.pending));
    for (let at = 0; at < piece.byteLength; ) {
      const [first = piece] = this.outbox;
      const part = first.subarray(0, piece.byteLength - at);
      piece.set(part, at);
      at += part.byteLength;
      if (part.byteLength === first.byteLength) this.outbox.shift();
      else this.outbox[0] = first.subarray(part.byteLength);
    }
    return piece;
  }
}

export class World {
  readonly clock = { now: 0 };
  readonly client: End;
  readonly server: End;

  constructor(client: SessionOptions = {}, server: SessionOptions = client) {
    this.client = new End("client", this.clock, client);
    this.server = new End("server", this.clock, server);
  }

  /** Moves everything there is to move, until nothing moves. */
  async settle(): Promise<void> {
    for (let still = 0; still < 2; still += 1) {
      await microtasks();
      for (const [from, to] of [
        [this.client, this.server],
        [this.server, this.client],
      ] as const) {
        from.flush(1 << 20);
        if (from.pending === 0) continue;
        still = -1;
        to.session.receive(from.pull(Number.POSITIVE_INFINITY));
      }
    }
  }
}

/** Everything that promises can do without the event loop. */
export async function microtasks(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
