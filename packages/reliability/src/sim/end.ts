// One end of a link: what a driver does between a session and its transport, without an event loop.

import {
  type Farewell,
  type Limits,
  limitsOf,
  type Role,
  Session,
  type SessionHost,
  type SessionOptions,
  type Wire,
} from "mux-engine";
import type { Clock } from "./clock.js";
import type { Lane } from "./lane.js";
import type { Random } from "./random.js";
import type { Trace } from "./trace.js";

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** Bytes taken out of a session at a time. */
  readonly batch: number;
}

export class End implements SessionHost {
  readonly role: Role;
  readonly session: Session;
  readonly #wire: Wire;
  readonly #limits: Limits;
  #greeted = false;
  readonly #world: Surroundings;
  readonly #to: Lane;
  readonly #from: Lane;
  /** Starts true: the wire's first bytes wait. */
  #awake = true;
  #awakeLater = false;
  #blocked = false;
  /** With that: bytes on the way when the session was last told. */
  #told = 0;
  #lingerUntil = Number.POSITIVE_INFINITY;
  /** The session has ended. */
  over = false;
  /** It ended before the peer had taken everything, and broke the link off. */
  gaveUp = false;
  /** The transport has ended too. */
  done = false;

  constructor(role: Role, wire: Wire, options: SessionOptions, world: Surroundings, to: Lane, from: Lane) {
    this.role = role;
    this.#wire = wire;
    this.#limits = limitsOf(options);
    this.#world = world;
    this.#to = to;
    this.#from = from;
    this.session = new Session(wire, this, this.#limits);
    this.session.ready.then(
      () => {
        this.#greeted = true;
      },
      () => {},
    );
  }

  /** Bytes that each of its streams may receive unread at first. */
  get initialWindow(): number {
    return Math.max(this.#limits.initialWindow, this.#wire.leastWindow ?? 0);
  }

  /** Whether it may close before it knows whom it talks to: its reason is lost then. */
  get hesitates(): boolean {
    return this.#wire.holdsOpenings === true;
  }

  /** Whether it does not know yet: a wire of others may have no word for its close, which is then a loss to the peer. */
  get wavers(): boolean {
    return this.hesitates && !this.#greeted;
  }

  now(): number {
    return this.#world.clock.now;
  }

  random(): number {
    return this.#world.random.fraction();
  }

  wake(): void {
    this.#awake = true;
  }

  wakeLater(): void {
    this.#awakeLater = true;
  }

  readOn(): void {
    this.#awake = true;
  }

  end({ last, lingerMs }: Farewell): void {
    this.over = true;
    this.#world.trace.note(this.role, "session over", lingerMs);
    if (lingerMs === 0) return this.#breakOff();
    this.#lingerUntil = this.now() + lingerMs;
    this.#to.send(last);
    this.#to.end();
    if (this.#from.ended) this.#finish();
  }

  /** When something is due here. */
  get next(): number {
    if (this.done) return Number.POSITIVE_INFINITY;
    if (this.#wantsToSend) return this.now();
    return Math.min(
      this.#choked ? Number.POSITIVE_INFINITY : this.#from.next,
      this.#lingerUntil,
      this.session.nextTick,
    );
  }

  /** Nothing is on the way to it, and it has nothing to send. */
  get idle(): boolean {
    return !this.#wantsToSend && !this.#blocked && this.#from.next === Number.POSITIVE_INFINITY;
  }

  /** Takes at most so many pieces that have arrived. */
  receive(pieces: number): void {
    for (let left = pieces; left > 0 && !this.done && !this.#choked; left -= 1) {
      const arrival = this.#from.take();
      if (arrival === undefined) return;
      if (arrival === "end") this.#gotEnd();
      else if (arrival === "error") this.#gotError();
      else {
        this.#world.trace.note(this.role, "got", arrival.byteLength);
        this.session.receive(arrival);
      }
    }
  }

  /** Sends what there is to send, as far as there is room. */
  send(): void {
    if (this.#blocked) this.#look();
    while (this.#wantsToSend) {
      this.#awake = false;
      const chunks = this.session.produce(this.#world.batch);
      if (chunks.length === 0) break;
      this.#to.send(chunks);
      this.#world.trace.note(this.role, "sent", this.#to.size);
      if (!this.#to.full) this.#awake = true;
      else this.#block(true);
    }
    this.#awake ||= this.#awakeLater;
    this.#awakeLater = false;
  }

  tick(): void {
    if (this.done) return;
    if (this.#lingerUntil <= this.now()) {
      this.gaveUp = true;
      return this.#breakOff();
    }
    if (this.session.nextTick <= this.now()) this.session.tick();
  }

  /** The session has provoked answers that do not leave, or is full: it must not be given more. */
  get #choked(): boolean {
    return (this.session.overloaded || this.session.full) && !this.over;
  }

  get #wantsToSend(): boolean {
    return this.#awake && !this.#blocked && !this.over;
  }

  #block(blocked: boolean): void {
    this.#blocked = blocked;
    this.#told = this.#to.size;
    this.session.blocked(blocked);
  }

  /** A transport that takes some of what waits says so. */
  #look(): void {
    if (!this.#to.full) {
      this.#block(false);
      this.#awake = true;
    } else if (this.#to.size < this.#told) {
      this.#block(true);
    }
  }

  #gotEnd(): void {
    this.#world.trace.note(this.role, "got the end");
    if (this.over) this.#finish();
    else this.session.lost();
  }

  #gotError(): void {
    this.#world.trace.note(this.role, "got an error");
    if (this.over) this.#finish();
    else this.session.lost(new Error("The link broke."));
  }

  #breakOff(): void {
    this.#to.breakOff();
    this.#from.over = true;
    this.#finish();
  }

  /** Nothing more comes, and everything was handed on. */
  #finish(): void {
    if (this.done) return;
    this.done = true;
    this.#world.trace.note(this.role, "transport over");
    this.session.transportDone();
  }
}
