// Inbound streams from their arrival to `accept`: the backlog, the handler's decision, the listener. One piece for every mux.

import type { Decision, Listener, OpOptions, Stream, StreamHandler } from "../contract.js";
import { StreamsError } from "../errors.js";
import { AcceptQueue } from "./accept-queue.js";
import { toHeaders } from "./headers.js";
import { accepted } from "./iterate.js";

/** An inbound stream that nobody has accepted yet. */
export interface Inbound {
  readonly headers: Headers;
  /** Tells the peer and gives the stream, or `undefined` if the stream has ended meanwhile. May throw if the headers do not fit. */
  accept(reply: Headers | undefined): Stream | undefined;
  /** Tells the peer, who may retry elsewhere. Must not throw; does nothing if the stream has ended meanwhile. */
  refuse(headers: Headers | undefined, code: number | undefined): void;
}

/** A stream that a handler accepted waits for `accept` as itself; without a handler the decision is made when it is taken. */
interface Waiting {
  readonly inbound: Inbound;
  readonly stream: Stream | undefined;
}

export class Acceptor {
  readonly #backlog: number;
  /** Came before anybody listened. */
  readonly #early = new Set<Inbound>();
  #listening: Listening | undefined;
  #refusing = false;

  /** @param backlog streams that may wait for a listener, a handler or `accept`; those beyond it are refused */
  constructor(backlog: number) {
    this.#backlog = backlog;
  }

  /** @throws ERR_LISTENING */
  listen(handler?: StreamHandler): Listener {
    if (this.#listening !== undefined && !this.#listening.closed) {
      throw new StreamsError("ERR_LISTENING", "This session has a listener; close it before listening again.");
    }
    const listening = new Listening(handler);
    this.#listening = listening;
    if (this.#refusing) void listening.close();
    for (const inbound of this.#early) listening.offer(inbound);
    this.#early.clear();
    return listening;
  }

  offer(inbound: Inbound): void {
    const waiting = this.#early.size + (this.#listening?.waiting ?? 0);
    if (this.#refusing || this.#listening?.closed || waiting >= this.#backlog) inbound.refuse(undefined, undefined);
    else if (this.#listening === undefined) this.#early.add(inbound);
    else this.#listening.offer(inbound);
  }

  /** The stream ended before anybody accepted it. */
  withdraw(inbound: Inbound): void {
    this.#early.delete(inbound);
    this.#listening?.withdraw(inbound);
  }

  /** The session drains or ended: refuses what waits and whatever else comes, and `accept` gives `null`. */
  close(): void {
    this.#refusing = true;
    for (const inbound of this.#early) inbound.refuse(undefined, undefined);
    this.#early.clear();
    void this.#listening?.close();
  }
}

class Listening implements Listener {
  readonly #handler: StreamHandler | undefined;
  readonly #queue = new AcceptQueue<Waiting>();
  readonly #deciding = new Set<Inbound>();

  constructor(handler: StreamHandler | undefined) {
    this.#handler = handler;
  }

  get closed(): boolean {
    return this.#queue.closed;
  }

  get waiting(): number {
    return this.#queue.size + this.#deciding.size;
  }

  offer(inbound: Inbound): void {
    if (this.closed) inbound.refuse(undefined, undefined);
    else if (this.#handler === undefined) this.#queue.push({ inbound, stream: undefined });
    else void this.#decide(inbound, this.#handler);
  }

  withdraw(inbound: Inbound): void {
    this.#deciding.delete(inbound);
    this.#queue.removeWhere((waiting) => waiting.inbound === inbound && waiting.stream === undefined);
  }

  async accept(options?: OpOptions): Promise<Stream | null> {
    for (;;) {
      const waiting = await this.#queue.accept(options);
      if (waiting === null) return null;
      const stream = waiting.stream ?? waiting.inbound.accept(undefined);
      if (stream !== undefined) return stream;
    }
  }

  close(): Promise<void> {
    for (const { inbound, stream } of this.#queue.close()) {
      if (stream === undefined) inbound.refuse(undefined, undefined);
      else stream.reset();
    }
    for (const inbound of this.#deciding) inbound.refuse(undefined, undefined);
    this.#deciding.clear();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<Stream> {
    return accepted(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #decide(inbound: Inbound, handler: StreamHandler): Promise<void> {
    this.#deciding.add(inbound);
    let decision: Decision | undefined;
    try {
      const result = handler(inbound.headers);
      decision = (result instanceof Promise ? await result : result) ?? { accept: true };
    } catch {
      decision = undefined;
    }
    if (!this.#deciding.delete(inbound)) return;
    try {
      const headers = decision?.headers === undefined ? undefined : toHeaders(decision.headers);
      if (decision?.accept) {
        const stream = inbound.accept(headers);
        if (stream !== undefined) this.#queue.push({ inbound, stream });
      } else {
        inbound.refuse(headers, decision?.code);
      }
    } catch {
      inbound.refuse(undefined, undefined);
    }
  }
}
