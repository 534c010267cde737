// The state of a session and what changes it: what its streams ask for, what the peer says, how it ends. `Session` is its face.

import type { CloseInfo, StreamsError } from "streams-core";
import { Acceptor, Outcome, printable, retryable } from "streams-core/kit";
import * as faults from "./faults.js";
import { Guard } from "./guard.js";
import { Liveness, type LivenessHost } from "./liveness.js";
import type { Limits } from "./options.js";
import type { Output } from "./output.js";
import { RoundTrips } from "./round-trips.js";
import { Sender, type SenderHost } from "./sender.js";
import type { SessionHost } from "./session-host.js";
import { EngineStream } from "./stream.js";
import { Streams } from "./streams.js";
import { Windows } from "./windows.js";
import type { PeerParameters, SessionEnd, Wire } from "./wire.js";

/** What the peer gets, at a sudden end, to take the last bytes and end its side of the transport. */
const LINGER_MS = 1000;

/** How a session ends. */
interface Ending {
  /** What everything that is or will be asked of it rejects with. */
  readonly error: StreamsError;
  /** What `closed` resolves with; without it, `closed` rejects with the error. */
  readonly info?: CloseInfo;
  /** What the peer is told. */
  readonly goodbye?: SessionEnd;
  readonly lingerMs: number;
  /** The last stream of ours that the peer took. */
  readonly lastTaken?: number;
}

export class Core implements LivenessHost, SenderHost {
  readonly wire: Wire;
  readonly limits: Limits;
  readonly streams: Streams;
  readonly guard: Guard;
  readonly acceptor: Acceptor;
  readonly sender: Sender;
  readonly liveness: Liveness;
  readonly roundTrips: RoundTrips = new RoundTrips();
  readonly ready: Outcome<void> = new Outcome<void>();
  readonly closed: Outcome<CloseInfo> = new Outcome<CloseInfo>();
  readonly transportDone: Outcome<void> = new Outcome<void>();
  readonly #host: SessionHost;
  readonly #windows: Windows;
  /** The time when bytes last came or went. */
  now: number;
  bytesOut = 0;
  /** Bytes that arrived on all streams and were not read. */
  unread = 0;
  /** Whether `shutdown` was called: the peer's new streams are refused. */
  draining = false;
  /** With that: whether the peer learns from it that its new streams are refused. */
  drainSaid = false;
  /** With that: the last stream of the peer's that lives on. */
  lastTaken = 0;
  peerDraining = false;
  /** What is asked of the session from now on rejects with this. */
  over: StreamsError | undefined;
  #peer: PeerParameters;

  constructor(wire: Wire, host: SessionHost, limits: Limits) {
    this.wire = wire;
    this.#host = host;
    this.limits = limits;
    this.now = host.now();
    this.#peer = { window: wire.earlyCredit, maxFrame: wire.earlyFrame };
    this.streams = new Streams(wire.ids);
    this.guard = new Guard(limits);
    this.acceptor = new Acceptor(limits.acceptBacklog, () => this.#noRoom());
    this.#windows = new Windows(limits, this.roundTrips);
    this.#windows.atLeast(wire.leastWindow);
    this.liveness = new Liveness(limits, this, this.now, host.random(), wire.patience);
    this.sender = new Sender(wire, this, limits);
    if (wire.known !== undefined) this.peerIs(wire.known);
  }

  /** Whether so much is unread that nothing more should be received. */
  get full(): boolean {
    const { sessionWindow } = this.sender.policy;
    return sessionWindow !== undefined && this.unread >= sessionWindow && this.over === undefined;
  }

  /** The application took, or will never take, so many bytes. */
  taken(bytes: number): void {
    const { full } = this;
    this.unread -= bytes;
    if (full && !this.full) this.#host.readOn();
  }

  add(id: number, local: boolean, urgency: number, block: Uint8Array): EngineStream {
    const window = this.#windows.initial;
    const sendCredit = this.#peer.window;
    const stream = new EngineStream(this, { number: id, local, urgency, block, window, sendCredit, now: this.now });
    if (this.sender.policy.sessionWindow !== undefined) stream.receiveCredit = Number.POSITIVE_INFINITY;
    this.streams.add(stream);
    return stream;
  }

  probe(): Outcome<number> {
    return this.roundTrips.start(this.#host.now(), (token) => {
      this.sender.control((out) => this.wire.ping?.(out, token));
    });
  }

  count(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.bytesOut += chunk.length;
  }

  // ── what its sender asks ──

  wake(): void {
    this.#host.wake();
  }

  wakeLater(): void {
    this.#host.wakeLater();
  }

  later(ms: number, action: () => void): void {
    this.liveness.later(this.#host.now() + ms, action);
    this.wake();
  }

  /** While credit flows the round trip is measured again and again: windows grow by it. */
  grant(stream: EngineStream): number {
    if (!this.roundTrips.measuring && this.wire.ping !== undefined) this.probe();
    return this.#windows.grant(stream, this.now);
  }

  // ── what its deadlines ask; also `probe` and `fail` ──

  silence(): void {
    const parameters = this.wire.silence?.();
    if (parameters !== undefined) this.peerIs(parameters);
  }

  beacon(): void {
    this.sender.control((out) => this.wire.beacon?.(out));
  }

  sweep(): boolean {
    return this.streams.sweep();
  }

  // ── what its streams ask ──

  resetByUs(stream: EngineStream, code: number): void {
    if (this.over !== undefined || (stream.local && stream.synDue)) return;
    const write = (out: Output): void => this.wire.reset(out, stream.number, code);
    if (stream.local) this.sender.control(write);
    else this.sender.dismiss(stream.heard, write);
  }

  stoppedByUs(stream: EngineStream, code: number): void {
    if (this.over !== undefined) return;
    if (stream.synDue) this.sender.flushOpenings();
    if (stream.synDue) stream.stopDue = code;
    else if (this.wire.stop !== undefined) this.sender.control((out) => this.wire.stop?.(out, stream.number, code));
  }

  halfClosed(): void {
    if (this.over === undefined) this.liveness.lingering(this.now);
  }

  finished(stream: EngineStream): void {
    if (!this.streams.delete(stream)) return;
    // What nobody read of it is the application's own matter, and must not keep the others from being received.
    this.taken(stream.unread);
    this.sender.settled(stream);
    this.wire.forget?.(stream.number);
    this.#windows.release(stream);
    if (stream.arrival !== undefined) this.acceptor.withdraw(stream.arrival);
    this.#closeIfDrained();
  }

  // ── what the peer says ──

  peerIs(parameters: PeerParameters): void {
    if (this.over !== undefined) return;
    const { wire, sender } = this;
    const more = parameters.window - this.#peer.window;
    this.#peer = parameters;
    sender.maxFrame = Math.min(parameters.maxFrame, this.limits.maxFrame);
    sender.policy = wire.policy ?? sender.policy;
    this.#windows.atLeast(wire.leastWindow);
    for (const stream of this.streams) this.#adjust(stream, more);
    if (sender.held) {
      sender.open();
      // Asked for before it was known how to say it.
      if (this.draining) this.#sayDrain();
    }
    const { beaconInterval } = sender.policy;
    this.liveness.greeted(this.now, wire.ping !== undefined || beaconInterval !== undefined, beaconInterval);
    if (wire.ping !== undefined) this.probe();
    this.ready.resolve();
    this.#closeIfDrained();
  }

  /** A stream that was opened before the peer was known. */
  #adjust(stream: EngineStream, more: number): void {
    const { sender } = this;
    stream.sendCredit += more;
    if (sender.held) {
      const { initial } = this.#windows;
      stream.window = initial;
      stream.receiveCredit = sender.policy.sessionWindow === undefined ? initial : Number.POSITIVE_INFINITY;
      try {
        this.wire.admit?.(stream.block);
      } catch (error) {
        stream.fail(faults.readingFailed(error));
      }
    }
    sender.sendable(stream);
  }

  /** It wants no more of this stream. */
  peerStops(stream: EngineStream, code: number): void {
    stream.stopCode = code;
    // Who accepts it is not there yet. It gets the stream, and the peer its answer, then.
    if (stream.arrival !== undefined) return;
    if (stream.synDue) this.sender.flushOpenings();
    if (stream.sendEnded) return;
    this.sender.answer((out) => this.wire.abort?.(out, stream.number, code));
    stream.stopped(faults.resetByPeer("stopped reading the stream", code));
  }

  peerDrains(lastTaken: number): void {
    this.peerDraining = true;
    const error = faults.notTaken();
    for (const stream of [...this.streams]) {
      if (stream.local && (stream.synDue || stream.number > lastTaken)) stream.fail(error);
    }
  }

  /** A stream was refused because nobody took it in time. */
  #noRoom(): void {
    try {
      this.guard.refused(this.now);
    } catch (error) {
      this.fail(faults.readingFailed(error));
    }
  }

  peerClosed(lastTaken: number, code: number, reason: string, failed: boolean): void {
    const error = faults.closedByPeer(reason, failed);
    const ending = { error, lingerMs: LINGER_MS, lastTaken };
    this.#end(failed ? ending : { ...ending, info: { code, reason: printable(reason), remote: true } });
  }

  // ── how it ends ──

  drain(): void {
    if (this.over !== undefined || this.draining) return;
    this.draining = true;
    this.lastTaken = this.wire.ids.lastRemote;
    this.#sayDrain();
    this.acceptor.close();
    this.#closeIfDrained();
  }

  #sayDrain(): void {
    if (this.wire.drain === undefined) return;
    this.drainSaid = !this.sender.policy.vagueDrain;
    this.sender.control((out) => this.wire.drain?.(out, this.lastTaken));
  }

  close(code: number, reason: string, lingerMs: number = LINGER_MS): void {
    const goodbye = { code, reason, failed: undefined };
    this.#end({ error: faults.closedHere(), info: { code, reason, remote: false }, goodbye, lingerMs });
  }

  /** The transport ended, or broke for the given cause. */
  lost(cause: unknown): void {
    const greeted = this.ready.settled;
    if (cause !== undefined || this.streams.size > 0 || !greeted) {
      return this.fail(faults.transportLost(cause, greeted));
    }
    this.#end({ error: faults.endedByPeer(), info: { code: 0, reason: "", remote: true }, lingerMs: LINGER_MS });
  }

  /** Ends everything with the error. */
  fail(error: StreamsError): void {
    const tell = error.code !== "ERR_TRANSPORT_LOST" && error.code !== "ERR_WRONG_PROTOCOL";
    const goodbye = { code: 0, reason: error.message, failed: error.code };
    this.#end(tell ? { error, goodbye, lingerMs: LINGER_MS } : { error, lingerMs: 0 });
  }

  /** What was drained was sent: the peer gets all the time that it needs. */
  #closeIfDrained(): void {
    if (this.draining && this.streams.size === 0 && !this.sender.held) this.close(0, "", this.limits.writeStallTimeout);
  }

  #end({ error, info, goodbye, lingerMs, lastTaken = Number.POSITIVE_INFINITY }: Ending): void {
    if (this.over !== undefined) return;
    if (goodbye !== undefined && this.sender.policy.resetsAtEnd) {
      for (const stream of this.streams) this.resetByUs(stream, goodbye.code);
    }
    this.over = error;
    this.liveness.over();
    this.acceptor.close();
    this.#host.readOn();
    const unseen = this.streams.size === 0 ? error : retryable(error);
    for (const stream of this.streams) {
      stream.fail(stream.local && (stream.synDue || stream.number > lastTaken) ? unseen : error);
    }
    this.roundTrips.fail(error);
    this.ready.reject(error);
    if (info === undefined) this.closed.reject(error);
    else this.closed.resolve(info);
    const taken = this.draining ? this.lastTaken : this.wire.ids.lastRemote;
    const last = this.sender.finish(goodbye && ((out) => this.wire.close(out, taken, goodbye)));
    this.count(last);
    const delayMs = goodbye === undefined ? 0 : (this.sender.policy.farewellDelay ?? 0);
    this.#host.end({ last, lingerMs, delayMs, flooded: goodbye?.failed === "ERR_CALM" });
  }
}
