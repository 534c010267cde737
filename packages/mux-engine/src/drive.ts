// Connects a session to a connection, the clock and the event loop: all the input and output there is.

import type { Conn, Mux } from "streams-core";
import { afterTick, afterTurn, READY } from "streams-core/kit";
import { type Limits, limitsOf, type SessionOptions } from "./options.js";
import { Session } from "./session.js";
import type { Farewell, SessionHost } from "./session-host.js";
import { nextShare } from "./shares.js";
import type { Role, Wire } from "./wire.js";

/** Bytes given to the transport at a time. More is written faster; less lets an urgent frame leave sooner. */
const BATCH = 256 * 1024;
/** Bytes received after which what may wait is sent. Each write that only returns credit costs both ends as much as one of data. */
const PATIENCE = 256 * 1024;
/** Milliseconds after which the rest of the process has its turn, whatever a peer sends: a flood of frames is a peer's own matter. */
const SHARE_MS = 0.5;
/** The part of a processor's time that a peer may have without ever waiting for its next share. */
const LIGHT = 1 / 8;
/** More than transports give at a time, so that one that took long leaves what comes whole. */
const WHOLE = 256 * 1024;
/** The bytes that are taken at a time of a peer not known yet. */
const FIRST_SLICE = 8192;
/** The fewest bytes that are taken at a time from a peer that makes much work with few. */
const LEAST_SLICE = 1024;
/**
 * Bytes that are still read once the session is over. A peer gets our last frame, and ends, before it has sent as much; one that floods
 * must not cost anything any more.
 */
const LAST_BYTES = 1024 * 1024;

/** A mux out of a wire. @throws ERR_OPTION_INVALID */
export function engineMux(wire: (role: Role) => Wire, options: SessionOptions = {}): Mux {
  const limits = limitsOf(options);
  return (conn, role) => new Driver(conn, wire(role), limits).session;
}

class Driver implements SessionHost {
  readonly session: Session;
  readonly #conn: Conn;
  #scheduled = false;
  #scheduledLater = false;
  /** Bytes received since the last flush. */
  #unanswered = 0;
  /** Settles when the transport has room again. */
  #room: Promise<void> | undefined;
  #over = false;
  /** Goes on reading. */
  #readOn: (() => void) | undefined;
  /** Milliseconds that what this peer sent has taken since other work had its turn, beyond what a light one may. */
  #spent = 0;
  /** When the last bytes came. */
  #began = 0;
  /** Bytes to take of it at a time, so that they take about a share; of ordinary peers, soon as many as come. */
  #slice = FIRST_SLICE;
  /** Whether it never had its share yet. */
  #new = true;
  #lastBytes = LAST_BYTES;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #farewell: ReturnType<typeof setTimeout> | undefined;

  constructor(conn: Conn, wire: Wire, limits: Limits) {
    this.#conn = conn;
    this.session = new Session(wire, this, limits);
    this.wake();
    void this.#readAll();
  }

  now(): number {
    return performance.now();
  }

  random(): number {
    return Math.random();
  }

  wake(): void {
    if (this.#scheduled || this.#room !== undefined || this.#over) return;
    this.#scheduled = true;
    afterTick(this.#flush);
  }

  wakeLater(): void {
    if (this.#unanswered >= PATIENCE) return this.wake();
    if (this.#scheduledLater || this.#scheduled) return;
    this.#scheduledLater = true;
    afterTurn(this.#flushLater);
  }

  readOn(): void {
    this.#readOn?.();
    this.#readOn = undefined;
  }

  end({ last, lingerMs, delayMs, flooded }: Farewell): void {
    this.#over = true;
    clearTimeout(this.#timer);
    if (lingerMs === 0) return this.#done();
    this.#write(last);
    const linger = (): void => {
      this.#linger = setTimeout(() => this.#done(), lingerMs);
    };
    const close = (): void => {
      linger();
      void this.#conn.close().catch(() => this.#done());
    };
    if (flooded) linger();
    else if (delayMs === 0) close();
    else this.#farewell = setTimeout(close, delayMs);
    this.#conn.closed.then(
      () => this.#done(),
      () => this.#done(),
    );
  }

  /** Nothing more is expected of the transport. */
  #done(): void {
    clearTimeout(this.#farewell);
    clearTimeout(this.#linger);
    this.#conn.reset();
    this.session.transportDone();
  }

  readonly #flushLater = (): void => {
    this.#scheduledLater = false;
    if (!this.#scheduled) this.#flush();
  };

  readonly #flush = (): void => {
    this.#scheduled = false;
    this.#unanswered = 0;
    while (this.#room === undefined && !this.#over) {
      const chunks = this.session.produce(BATCH);
      if (chunks.length === 0) break;
      const room = this.#write(chunks);
      if (room !== undefined) this.#wait(room);
    }
    this.#arm();
  };

  /** Undefined when there is room for more. */
  #write(chunks: Uint8Array[]): Promise<void> | undefined {
    let room: Promise<void> | undefined;
    for (const chunk of chunks) {
      const written = this.#conn.write(chunk);
      if (written === READY) continue;
      written.then(this.#tookSome, this.#lost);
      room = written;
    }
    return room;
  }

  readonly #tookSome = (): void => {
    if (this.#room !== undefined) this.session.blocked(true);
  };

  readonly #lost = (error: unknown): void => this.session.lost(error);

  #wait(room: Promise<void>): void {
    this.#room = room;
    this.session.blocked(true);
    room.then(this.#resume, () => {});
  }

  readonly #resume = (): void => {
    this.#room = undefined;
    this.session.blocked(false);
    this.#flush();
  };

  async #readAll(): Promise<void> {
    try {
      for (let chunk = await this.#conn.read(); chunk !== null; chunk = await this.#conn.read()) {
        for (let at = 0; at < chunk.length; ) {
          const size = Math.min(chunk.length - at, this.#slice);
          const waiting = this.#receive(size === chunk.length ? chunk : chunk.subarray(at, at + size));
          at += size;
          if (waiting !== undefined) await waiting;
        }
        if (this.#over && !this.#mayGoOn(chunk)) return;
      }
      this.session.lost();
    } catch (error) {
      this.session.lost(error);
    }
  }

  /** A promise only if this peer has had its share of the process for now, or must first take what it provoked. */
  #receive(bytes: Uint8Array): Promise<void> | undefined {
    const began = this.now();
    this.#spent = Math.max(0, this.#spent - (began - this.#began) * LIGHT);
    this.#began = began;
    this.#unanswered += bytes.length;
    this.session.receive(bytes);
    const took = this.now() - began;
    this.#spent += took;
    if (this.#new && took < SHARE_MS / 4 && bytes.length === this.#slice)
      this.#slice = Math.min(WHOLE, 2 * this.#slice);
    if (this.session.overloaded && !this.#over) return this.#relieve();
    if (this.session.full) return this.#untilRead();
    return this.#spent < SHARE_MS ? undefined : this.#untilNextShare();
  }

  #untilNextShare(): Promise<void> {
    // What the application does with the bytes counts too.
    afterTick(this.#measure);
    this.#spent = 0;
    this.#new = false;
    return nextShare();
  }

  /** By halves, for what takes long once may be the collector's doing. */
  readonly #measure = (): void => {
    const took = this.now() - this.#began;
    if (took > SHARE_MS) this.#slice = Math.max(LEAST_SLICE, this.#slice / 2);
    else if (took < SHARE_MS / 2) this.#slice = Math.min(WHOLE, this.#slice * 2);
  };

  /** Whether more may be read though the session is over. */
  #mayGoOn(chunk: Uint8Array): boolean {
    this.#lastBytes -= chunk.length;
    return this.#lastBytes > 0;
  }

  /** What a peer provokes and does not take must not pile up here. */
  async #relieve(): Promise<void> {
    while (this.session.overloaded && !this.#over) {
      this.#flush();
      await this.#room;
    }
  }

  /** Nothing is read until the application has taken some of what is there. */
  #untilRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#readOn = resolve;
    });
  }

  /** One timer for the session's next deadline. It does not keep the process alive: an idle connection does, or does not. */
  #arm(): void {
    if (this.#over) return;
    const at = this.session.nextTick;
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.session.tick();
        this.#arm();
      },
      Math.max(1, at - this.now()),
    );
    if (typeof this.#timer === "object") this.#timer.unref();
  }
}
