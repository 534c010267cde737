// The session: many streams over one pipe of bytes. Sans-IO: it is given bytes and the time, and gives bytes; `drive` connects it.

import {
  type CloseInfo,
  type Features,
  type HeaderInit,
  type Listener,
  type NewStreamOptions,
  type OpOptions,
  type SessionStats,
  type StreamHandler,
  type StreamProvider,
  StreamsError,
} from "streams-core";
import { Acceptor, encodeHeaders, handled, Outcome, onAbort, printable, raceAbort, rejected } from "streams-core/kit";
import { Guard } from "./guard.js";
import { Liveness } from "./liveness.js";
import { type Limits, limitsOf, type SessionOptions } from "./options.js";
import { Arrival, Receiver } from "./receiver.js";
import { RoundTrips } from "./round-trips.js";
import { Sender } from "./sender.js";
import { EngineStream, type StreamHost } from "./stream.js";
import { Streams } from "./streams.js";
import { Windows } from "./windows.js";
import type { PeerParameters, SessionEnd, Wire } from "./wire.js";

/** What the session asks of whoever drives it. */
export interface SessionHost {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** `produce` has something to give. */
  wake(): void;
  /** The session is over: send `last`, end the transport, then call `transportDone`. After an abrupt end, do not wait for the peer. */
  end(last: Uint8Array[], abrupt: boolean): void;
}

/** RFC 9218 section 4.1. */
const DEFAULT_URGENCY = 3;
/** Quarters of `halfCloseLinger` that a half-closed stream may stay silent. */
const SILENT_SWEEPS = 4;
const NO_BLOCK = new Uint8Array(0);

export class Session implements StreamProvider, StreamHost {
  readonly wire: Wire;
  readonly limits: Limits;
  readonly streams: Streams;
  readonly acceptor: Acceptor;
  readonly sender: Sender;
  readonly roundTrips: RoundTrips = new RoundTrips();
  readonly #host: SessionHost;
  readonly #receiver: Receiver;
  readonly #windows: Windows;
  readonly #liveness: Liveness;
  readonly #ready = new Outcome<void>();
  readonly #closed = new Outcome<CloseInfo>();
  readonly #transportDone = new Outcome<void>();
  /** The time when bytes last came or went. */
  #now: number;
  #peer: PeerParameters;
  #bytesIn = 0;
  #bytesOut = 0;
  /** After `shutdown`: the last stream of the peer's that lives on; it knows that later ones are refused. */
  #drainedAt: number | undefined;
  #peerDraining = false;
  /** What is asked of the session from now on rejects with this. */
  #over: StreamsError | undefined;

  /** @throws ERR_OPTION_INVALID */
  constructor(wire: Wire, host: SessionHost, options: SessionOptions = {}) {
    this.wire = wire;
    this.#host = host;
    this.limits = limitsOf(options);
    this.#now = host.now();
    this.#peer = { window: wire.earlyCredit, maxFrame: wire.earlyFrame };
    this.streams = new Streams(wire.ids);
    this.acceptor = new Acceptor(this.limits.acceptBacklog);
    this.#windows = new Windows(this.limits, this.roundTrips);
    this.#liveness = new Liveness(
      this.limits,
      { fail: (error) => this.fail(error), probe: () => this.#probe(), sweep: () => this.#sweep() },
      this.#now,
      host.random(),
    );
    this.#receiver = new Receiver(this, new Guard(this.limits));
    this.sender = new Sender(
      wire,
      {
        wake: () => host.wake(),
        grant: (stream) => this.#windows.grant(stream, this.#now),
        overrun: (error) => this.fail(error),
      },
      this.limits,
    );
  }

  // ── the contract ──

  get features(): Features {
    return this.wire.features;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  newStream(headers?: HeaderInit, options?: NewStreamOptions): Promise<EngineStream> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (this.#over !== undefined) return rejected(this.#over);
    if (this.#drainedAt !== undefined || this.#peerDraining) {
      return rejected(
        new StreamsError("ERR_SESSION_DRAINING", "The session takes no new streams; open a new session.", {
          retryable: true,
        }),
      );
    }
    try {
      const block = encodeHeaders(headers, this.limits.headers);
      const stream = this.#add(this.streams.takeLocalId(), true, options?.priority?.urgency ?? DEFAULT_URGENCY, block);
      this.sender.sendable(stream);
      return Promise.resolve(stream);
    } catch (error) {
      return rejected(error);
    }
  }

  listen(handler?: StreamHandler): Listener {
    return this.acceptor.listen(handler);
  }

  ping(options?: OpOptions): Promise<number> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#over !== undefined) return rejected(this.#over);
    const { token, outcome } = this.#probe();
    const forget = onAbort(signal, () => this.roundTrips.forget(token));
    return handled(raceAbort(outcome.promise, signal).finally(forget));
  }

  stats(): SessionStats {
    return {
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      streamsOpen: this.streams.size,
      streamsOpened: this.streams.opened,
      streamsAccepted: this.streams.accepted,
      roundTrip: this.roundTrips.last,
      streams: () => [...this.streams].map((stream) => stream.stats()),
    };
  }

  shutdown(options?: OpOptions): Promise<void> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (this.#over === undefined && this.#drainedAt === undefined) {
      const last = this.streams.lastRemote;
      this.#drainedAt = last;
      this.sender.control((out) => this.wire.drain(out, last));
      this.acceptor.close();
      this.#closeIfDrained();
    }
    return handled(raceAbort(this.#transportDone.promise, options?.signal));
  }

  close(info: { readonly code?: number; readonly reason?: string } = {}): Promise<void> {
    if (this.#over === undefined) {
      const { code = 0, reason = "" } = info;
      this.#end(new StreamsError("ERR_SESSION_CLOSED", "The session was closed by this end."), {
        code,
        reason,
        failed: undefined,
      });
      this.#closed.resolve({ code, reason, remote: false });
    }
    return this.#transportDone.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── for whoever drives it ──

  /** When `tick` is due; Infinity for never. */
  get nextTick(): number {
    return this.#liveness.next;
  }

  tick(): void {
    if (this.#over !== undefined) return;
    this.#now = this.#host.now();
    this.#liveness.tick(this.#now);
  }

  /** Bytes came. */
  receive(chunk: Uint8Array): void {
    if (this.#over !== undefined) return;
    this.#now = this.#host.now();
    this.#bytesIn += chunk.byteLength;
    this.#liveness.heard(this.#now);
    try {
      this.wire.receive(chunk, this.#receiver);
    } catch (error) {
      this.fail(
        error instanceof StreamsError
          ? error
          : new StreamsError("ERR_INTERNAL", "Reading the peer's bytes failed; this is a fault of the package.", {
              cause: error,
            }),
      );
    }
  }

  /** Takes the bytes to send now: about `limit` of data, and what goes ahead of it. */
  produce(limit: number): Uint8Array[] {
    if (this.#over !== undefined || !this.sender.pending) return [];
    this.#now = this.#host.now();
    const chunks = this.sender.produce(limit);
    for (const chunk of chunks) this.#bytesOut += chunk.byteLength;
    return chunks;
  }

  /** The transport asks to wait, or has room again. */
  blocked(blocked: boolean): void {
    this.sender.blocked = blocked;
    if (this.#over !== undefined) return;
    if (blocked) this.#liveness.blocked(this.#host.now());
    else this.#liveness.unblocked();
  }

  /** The transport ended, or broke for the given cause. */
  lost(cause?: unknown): void {
    if (this.#over !== undefined) return;
    if (cause === undefined && this.streams.size === 0 && this.#ready.settled) {
      this.#end(new StreamsError("ERR_SESSION_CLOSED", "The peer ended the connection.", { remote: true }));
      this.#closed.resolve({ code: 0, reason: "", remote: true });
      return;
    }
    const how = cause === undefined ? "ended" : "broke";
    this.fail(
      new StreamsError("ERR_TRANSPORT_LOST", `The connection ${how} before the session did.`, { remote: true, cause }),
    );
  }

  transportDone(): void {
    this.#transportDone.resolve();
  }

  /** Ends the session with an error on every stream. */
  fail(error: StreamsError): void {
    if (this.#over !== undefined) return;
    const tell = error.code !== "ERR_TRANSPORT_LOST" && error.code !== "ERR_WRONG_PROTOCOL";
    this.#end(error, tell ? { code: 0, reason: error.message, failed: error.code } : undefined, !tell);
    this.#ready.reject(error);
    this.#closed.reject(error);
  }

  // ── for its streams ──

  get congested(): boolean {
    return this.sender.congested;
  }

  wrote(bytes: number): void {
    this.sender.wrote(bytes);
  }

  sendable(stream: EngineStream): void {
    if (this.#over !== undefined) return;
    if (stream.finDue) this.#liveness.lingering(this.#now);
    this.sender.sendable(stream);
  }

  creditDue(stream: EngineStream): void {
    if (this.#over === undefined) this.sender.creditDue(stream);
  }

  resetByUs(stream: EngineStream, code: number): void {
    if (this.#over !== undefined || (stream.local && stream.synDue)) return;
    this.sender.control((out) => this.wire.reset(out, stream.number, code));
  }

  stoppedByUs(stream: EngineStream, code: number): void {
    if (this.#over === undefined) this.sender.control((out) => this.wire.stop(out, stream.number, code));
  }

  finished(stream: EngineStream): void {
    if (!this.streams.delete(stream)) return;
    this.#windows.release(stream);
    if (stream.arrival !== undefined) this.acceptor.withdraw(stream.arrival);
    this.#closeIfDrained();
  }

  // ── for what receives ──

  get now(): number {
    return this.#now;
  }

  peerIs(parameters: PeerParameters): void {
    const more = parameters.window - this.#peer.window;
    this.#peer = parameters;
    this.sender.maxFrame = Math.min(parameters.maxFrame, this.limits.maxFrame);
    for (const stream of this.streams) {
      stream.sendCredit += more;
      this.sender.sendable(stream);
    }
    this.#liveness.greeted(this.#now);
    this.#probe();
    this.#ready.resolve();
  }

  /** A stream that the peer opened within the rules; undefined if it was refused. */
  admit(id: number, block: Uint8Array, urgency: number): EngineStream | undefined {
    this.streams.lastRemote = id;
    // The peer learns from our drain that these are refused.
    if (this.#drainedAt !== undefined) return undefined;
    if (this.streams.remote >= this.limits.maxInboundStreams) {
      this.sender.control((out) => this.wire.refuse(out, id, 0, NO_BLOCK));
      return undefined;
    }
    const stream = this.#add(id, false, urgency, block);
    stream.arrival = new Arrival(this, stream);
    return stream;
  }

  /** @throws ERR_HEADERS_TOO_LARGE */
  accept(stream: EngineStream, reply: Headers | undefined): EngineStream | undefined {
    if (stream.failed) return undefined;
    const block = encodeHeaders(reply, this.limits.headers);
    stream.arrival = undefined;
    this.streams.accepted += 1;
    stream.accept(block);
    return stream;
  }

  refuse(stream: EngineStream, headers: Headers | undefined, code: number | undefined): void {
    if (stream.failed || this.#over !== undefined) return;
    let block: Uint8Array = NO_BLOCK;
    try {
      block = encodeHeaders(headers, this.limits.headers);
    } catch {
      // A refusal whose headers do not fit is still a refusal.
    }
    this.sender.control((out) => this.wire.refuse(out, stream.number, code ?? 0, block));
    stream.fail(new StreamsError("ERR_REFUSED", "This end refused the stream."));
  }

  /** The peer wants no more of this stream. */
  abortSending(stream: EngineStream, error: StreamsError, code: number): void {
    this.sender.control((out) => this.wire.abort(out, stream.number, code));
    stream.stopped(error);
  }

  peerDrains(lastId: number): void {
    this.#peerDraining = true;
    const refused = new StreamsError(
      "ERR_REFUSED",
      "The peer is draining and never saw the stream; open it on a new session.",
      {
        remote: true,
        retryable: true,
      },
    );
    for (const stream of [...this.streams]) if (stream.local && stream.number > lastId) stream.fail(refused);
  }

  peerClosed(lastId: number, code: number, reason: string, failed: boolean): void {
    const text = reason === "" ? "" : `: ${printable(reason)}`;
    const error = new StreamsError(
      "ERR_SESSION_CLOSED",
      `The peer ${failed ? "gave up" : "closed"} the session${text}`,
      { remote: true },
    );
    this.#end(error, undefined, false, lastId);
    if (failed) this.#closed.reject(error);
    else this.#closed.resolve({ code, reason: printable(reason), remote: true });
  }

  // ── inside ──

  #add(id: number, local: boolean, urgency: number, block: Uint8Array): EngineStream {
    const stream = new EngineStream(this, {
      number: id,
      local,
      urgency,
      block,
      sendCredit: this.#peer.window,
      window: this.limits.initialWindow,
      now: this.#now,
    });
    this.streams.add(stream);
    return stream;
  }

  #probe(): { token: number; outcome: Outcome<number> } {
    const ping = this.roundTrips.start(this.#host.now());
    this.sender.control((out) => this.wire.ping(out, ping.token));
    return ping;
  }

  #sweep(): boolean {
    let lingering = false;
    for (const stream of [...this.streams]) {
      if (!stream.sendEnded || stream.receiveEnded) continue;
      stream.silentSweeps += 1;
      if (stream.silentSweeps > SILENT_SWEEPS) stream.reset();
      else lingering = true;
    }
    return lingering;
  }

  #closeIfDrained(): void {
    if (this.#drainedAt !== undefined && this.streams.size === 0 && this.#over === undefined) void this.close();
  }

  /** Ends every stream, says `goodbye` if there is one, and lets the transport go. */
  #end(error: StreamsError, goodbye?: SessionEnd, abrupt = false, lastSeen = Number.POSITIVE_INFINITY): void {
    this.#over = error;
    this.#liveness.over();
    this.acceptor.close();
    const unseen = new StreamsError(error.code, error.message, {
      remote: error.remote,
      retryable: true,
      cause: error.cause,
    });
    for (const stream of [...this.streams]) {
      stream.fail(stream.local && (stream.synDue || stream.number > lastSeen) ? unseen : error);
    }
    this.roundTrips.fail(error);
    this.#ready.reject(error);
    const last = this.streams.lastRemote;
    this.#host.end(this.sender.finish(goodbye && ((out) => this.wire.close(out, last, goodbye))), abrupt);
  }
}
