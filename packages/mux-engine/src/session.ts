// The session: many streams over one pipe of bytes. Sans-IO: it is given bytes and the time, and gives bytes; `drive` connects it.

import type {
  CloseInfo,
  Features,
  HeaderInit,
  Listener,
  NewStreamOptions,
  OpOptions,
  SessionStats,
  StreamHandler,
  StreamProvider,
} from "streams-core";
import { encodeHeaders, handled, raceAbort, rejected, retryable, wholeNumber } from "streams-core/kit";
import { Core } from "./core.js";
import * as faults from "./faults.js";
import { type Limits, limitsOf } from "./options.js";
import { Receiver } from "./receiver.js";
import type { SessionHost } from "./session-host.js";
import type { EngineStream } from "./stream.js";
import { statsOf } from "./stream-stats.js";
import type { Wire } from "./wire.js";

/** RFC 9218 section 4.1. */
const DEFAULT_URGENCY = 3;

export class Session implements StreamProvider {
  readonly #core: Core;
  readonly #host: SessionHost;
  readonly #receiver: Receiver;
  #bytesIn = 0;

  constructor(wire: Wire, host: SessionHost, limits: Limits = limitsOf({})) {
    this.#host = host;
    this.#core = new Core(wire, host, limits);
    this.#receiver = new Receiver(this.#core);
  }

  // ── the contract ──

  get features(): Features {
    return this.#core.wire.features;
  }

  get ready(): Promise<void> {
    return this.#core.ready.promise;
  }

  get closed(): Promise<CloseInfo> {
    return this.#core.closed.promise;
  }

  newStream(headers?: HeaderInit, options?: NewStreamOptions): Promise<EngineStream> {
    const { over, draining, peerDraining, limits, streams, sender, wire } = this.#core;
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (over !== undefined) return rejected(retryable(over));
    if (draining || peerDraining) return rejected(faults.draining());
    try {
      const wanted = options?.priority?.urgency;
      const urgency = wholeNumber("priority.urgency", wanted, DEFAULT_URGENCY, { min: 0, max: 7 });
      const block = encodeHeaders(headers, limits.headers);
      if (!sender.held) wire.admit?.(block);
      const stream = this.#core.add(streams.takeLocalId(), true, urgency, block);
      sender.sendable(stream);
      return Promise.resolve(stream);
    } catch (error) {
      return rejected(error);
    }
  }

  listen(handler?: StreamHandler): Listener {
    return this.#core.acceptor.listen(handler);
  }

  ping(options?: OpOptions): Promise<number> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const { over, ready, sender } = this.#core;
    if (!this.features.ping) return rejected(faults.noPing());
    if (over !== undefined) return rejected(over);
    // Nobody knows yet what the peer can answer.
    if (sender.held) return handled(raceAbort(ready.promise, signal).then(() => this.ping(options)));
    return handled(raceAbort(this.#core.probe().promise, signal));
  }

  stats(): SessionStats {
    const { bytesOut, streams, roundTrips } = this.#core;
    return {
      bytesIn: this.#bytesIn,
      bytesOut,
      streamsOpen: streams.size,
      streamsOpened: streams.opened,
      streamsAccepted: streams.accepted,
      roundTrip: roundTrips.last,
      streams: () => [...streams].map(statsOf),
    };
  }

  shutdown(options?: OpOptions): Promise<void> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    this.#core.drain();
    // Rejects as `closed` does: a session that failed did not drain.
    const drained = this.#core.transportDone.promise.then(() => this.closed).then(() => {});
    return handled(raceAbort(drained, options?.signal));
  }

  close(info: { readonly code?: number; readonly reason?: string } = {}): Promise<void> {
    // Streams that nobody took may be opened again elsewhere: say so while it can be said.
    this.#core.acceptor.close();
    this.#core.close(info.code ?? 0, info.reason ?? "");
    return this.#core.transportDone.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── for whoever drives it ──

  /** When `tick` is due; Infinity for never. */
  get nextTick(): number {
    return this.#core.liveness.next;
  }

  tick(): void {
    if (this.#core.over !== undefined) return;
    const core = this.#core;
    core.now = this.#host.now();
    // A peer that is not listened to is not silent.
    if (core.full) core.liveness.heard(core.now);
    core.liveness.tick(core.now);
  }

  /** Bytes came. */
  receive(chunk: Uint8Array): void {
    const core = this.#core;
    if (core.over !== undefined) return;
    core.now = this.#host.now();
    this.#bytesIn += chunk.length;
    core.liveness.heard(core.now);
    try {
      core.wire.receive(chunk, this.#receiver);
    } catch (error) {
      core.fail(faults.readingFailed(error));
    }
  }

  /** Whether the peer has provoked so many frames that they should be sent before more of it is read. */
  get overloaded(): boolean {
    return this.#core.sender.overloaded;
  }

  /** Whether so much is unread that the transport should not be read until `SessionHost.readOn`. */
  get full(): boolean {
    return this.#core.full;
  }

  /** Takes the bytes to send now: about `limit` of them, or more if that much goes ahead of data. None when there is nothing to send. */
  produce(limit: number): Uint8Array[] {
    const core = this.#core;
    if (core.over !== undefined || !core.sender.pending) return [];
    core.now = this.#host.now();
    const chunks = core.sender.produce(limit);
    core.count(chunks);
    return chunks;
  }

  /** The transport asks to wait (true), took some of it and still does (true again), or has room (false). */
  blocked(blocked: boolean): void {
    const { sender, liveness, over } = this.#core;
    sender.blocked = blocked;
    if (over !== undefined) return;
    if (blocked) liveness.blocked(this.#host.now());
    else liveness.unblocked();
  }

  /** The transport ended, or broke for the given cause. */
  lost(cause?: unknown): void {
    this.#core.lost(cause);
  }

  /** The transport is over, after `SessionHost.end`. */
  transportDone(): void {
    this.#core.transportDone.resolve();
  }
}
