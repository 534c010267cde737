// Inbound streams from their arrival to `accept`: the backlog, the handler's decision, the listener. One piece for every mux.

import type { Decision, Listener, OpOptions, Stream, StreamHandler } from "../contract.js";
import { StreamsError } from "../errors.js";
import { AcceptQueue } from "./accept-queue.js";
import { afterTick } from "./after-tick.js";
import { toHeaders } from "./headers.js";
import { accepted } from "./iterate.js";
import { READY } from "./ready.js";

/** An inbound stream that nobody has accepted yet. */
export interface Inbound {
  readonly headers: Headers;
  /** Tells the peer and gives the stream, or `undefined` if the stream has ended meanwhile. May throw if the headers do not fit. */
  accept(reply?: Headers): Stream | undefined;
  /** Tells the peer, who may retry elsewhere. Must not throw; does nothing if the stream has ended meanwhile. */
  refuse(headers?: Headers, code?: number): void;
}

/** A stream that a handler accepted waits for `accept` as itself; without a handler the decision is made when it is taken. */
interface Waiting {
  readonly inbound: Inbound;
  readonly stream?: Stream;
}

export class Acceptor {
  readonly #backlog: number;
  readonly #noRoom: () => void;
  /** At first a listener that nobody has: it keeps what comes before the real one. */
  #listening = new Listening();
  #listened = false;
  #over = false;
  /** Beyond the backlog, in a tick whose accepting code has not run yet: many streams may arrive in one read. */
  readonly #later = new Set<Inbound>();

  /**
   * @param backlog streams that may wait for a listener, a handler or `accept`; those beyond it are refused
   * @param noRoom called for each of those; what it does must not throw
   */
  constructor(backlog: number, noRoom: () => void = () => {}) {
    this.#backlog = backlog;
    this.#noRoom = noRoom;
  }

  /** @throws ERR_LISTENING */
  listen(handler?: StreamHandler): Listener {
    const before = this.#listening;
    if (this.#listened && !before.closed) {
      throw new StreamsError("ERR_LISTENING", "This session has a listener; close it first.");
    }
    const listening = new Listening(handler);
    this.#listening = listening;
    this.#listened = true;
    if (this.#over) listening.end();
    else if (!before.closed) for (const { inbound } of before.stop()) listening.offer(inbound);
    return listening;
  }

  offer(inbound: Inbound): void {
    if (this.#later.size === 0 && this.#room > 0) this.#listening.offer(inbound);
    else {
      if (this.#later.size === 0) afterTick(this.#offerLater);
      this.#later.add(inbound);
    }
  }

  /** The stream ended before anybody accepted it. */
  withdraw(inbound: Inbound): void {
    this.#later.delete(inbound);
    this.#listening.withdraw(inbound);
  }

  /**
   * The session drains or ended: refuses what nobody accepted and whatever else comes. `accept` still gives the streams that a
   * handler had accepted, for their openers count on them, then `null`.
   */
  close(): void {
    this.#over = true;
    refuseAll(this.#later);
    this.#listening.end();
  }

  get #room(): number {
    return this.#backlog - this.#listening.waiting;
  }

  /** The application has had its turn: as many as it made room for wait on, and the rest for its next turn; without room all are refused. */
  readonly #offerLater = (): void => {
    if (this.#room <= 0) return this.#refuseLater();
    for (const inbound of this.#later) {
      if (this.#room <= 0) return afterTick(this.#offerLater);
      this.#later.delete(inbound);
      this.#listening.offer(inbound);
    }
  };

  #refuseLater(): void {
    const refused = this.#later.size;
    refuseAll(this.#later);
    for (let i = 0; i < refused; i += 1) this.#noRoom();
  }
}

function refuseAll(streams: Set<Inbound>): void {
  for (const inbound of streams) inbound.refuse();
  streams.clear();
}

const ACCEPT: Decision = { accept: true };

class Listening implements Listener {
  readonly #handler: StreamHandler | undefined;
  readonly #queue = new AcceptQueue<Waiting, Stream>(taken);
  readonly #deciding = new Set<Inbound>();
  /** Handlers that run, also those whose stream has ended meanwhile: opening and resetting must not start ever more of them. */
  #running = 0;

  constructor(handler?: StreamHandler) {
    this.#handler = handler;
  }

  get closed(): boolean {
    return this.#queue.closed;
  }

  get waiting(): number {
    return this.#queue.size + this.#running;
  }

  offer(inbound: Inbound): void {
    if (this.closed) inbound.refuse();
    else if (this.#handler === undefined) this.#queue.push({ inbound });
    else this.#decide(inbound, this.#handler);
  }

  withdraw(inbound: Inbound): void {
    this.#deciding.delete(inbound);
    this.#queue.removeWhere((waiting) => waiting.inbound === inbound && waiting.stream === undefined);
  }

  accept(options?: OpOptions): Promise<Stream | null> {
    return this.#queue.accept(options);
  }

  close(): Promise<void> {
    for (const { inbound, stream } of this.stop()) {
      if (stream === undefined) inbound.refuse();
      else stream.reset();
    }
    return READY;
  }

  /** As `close`, but what the handler accepted is still given out. */
  end(): void {
    for (const waiting of this.stop()) {
      if (waiting.stream === undefined) waiting.inbound.refuse();
      else this.#queue.push(waiting);
    }
  }

  /** Closes, refuses what the handler has not decided about, and returns what nobody took. */
  stop(): Waiting[] {
    const waiting = this.#queue.close();
    refuseAll(this.#deciding);
    return waiting;
  }

  [Symbol.asyncIterator](): AsyncIterator<Stream> {
    return accepted(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #decide(inbound: Inbound, handler: StreamHandler): void {
    try {
      const decision = handler(inbound.headers);
      if (decision instanceof Promise) void this.#decideLater(inbound, decision);
      // The handler itself may have closed the listener.
      else if (this.closed) inbound.refuse();
      else this.#decided(inbound, decision);
    } catch {
      // A handler that throws refuses.
      inbound.refuse();
    }
  }

  async #decideLater(inbound: Inbound, deciding: Promise<Decision | void>): Promise<void> {
    this.#deciding.add(inbound);
    this.#running += 1;
    let decision: Decision | void = { accept: false };
    try {
      decision = await deciding;
    } catch {
      // As one that throws.
    }
    this.#running -= 1;
    if (this.#deciding.delete(inbound)) this.#decided(inbound, decision);
  }

  #decided(inbound: Inbound, decision: Decision | void): void {
    const chosen = decision ?? ACCEPT;
    try {
      const reply = chosen.headers && toHeaders(chosen.headers);
      if (!chosen.accept) return inbound.refuse(reply, chosen.code);
      const stream = inbound.accept(reply);
      if (stream !== undefined) this.#queue.push({ inbound, stream });
    } catch {
      inbound.refuse();
    }
  }
}

/** Somebody takes it: without a handler, that is the decision. Called when a stream arrives as well, where nothing may throw. */
function taken({ stream, inbound }: Waiting): Stream | undefined {
  if (stream !== undefined) return stream;
  try {
    return inbound.accept();
  } catch {
    inbound.refuse();
    return undefined;
  }
}
