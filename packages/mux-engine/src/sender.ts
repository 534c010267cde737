// Everything on its way out: control frames first, then openings in the order of their ids, then data by urgency and in turn.

import { Output } from "./output.js";
import type { Policy } from "./policy.js";
import { ReadyQueue } from "./ready-queue.js";
import type { EngineStream } from "./stream.js";
import { ACK, FIN, SYN, type Wire } from "./wire.js";

/** Bytes that may be written between two turns of the transport before writers wait. */
const HIGH_WATER = 256 * 1024;
/** Bytes of a new stream that travel in its opening frame. More would let a bulk stream jump the queue. */
const FOLDED = 4096;
/** Bytes in which every stream that has something to send should have had its turn; with many of them turns are shorter for that. */
const ROUND = 2 * 1024 * 1024;
/**
 * The bytes of a turn at the least: shorter ones would cost more than they are worth. In one round, everything that a thousand reads
 * wait for should be little to the collector of who reads: after a full collection of V8 it stays reachable until the next.
 */
const LEAST_TURN = 12 * 1024;

const NO_BLOCK = new Uint8Array(0);
const OURS: Policy = {};

export interface SenderHost {
  /** There is something to send. */
  wake(): void;
  /** There is something to send, which may wait a little. */
  wakeLater(): void;
  /** The credit to give back for a stream now, in bytes, or 0. */
  grant(stream: EngineStream): number;
  /** Calls back after so many milliseconds. */
  later(ms: number, action: () => void): void;
}

export class Sender {
  readonly #wire: Wire;
  readonly #host: SenderHost;
  readonly #maxControl: number;
  readonly #maxPongs: number;
  readonly #out = new Output();
  #opening: EngineStream[] = [];
  readonly #ready = new ReadyQueue<EngineStream>();
  #credits: EngineStream[] = [];
  #pongs: number[] = [];
  /** Streams of ours whose opening was sent and whose acceptance has not come, where the wire bounds them. */
  #unaccepted = 0;
  /** Frames since the last `produce` that the peer provoked. */
  #answers = 0;
  /** Bytes written by applications since the transport last took everything. */
  #fresh = 0;
  maxFrame: number;
  policy: Policy;
  /** Openings wait. */
  held: boolean;
  /** The transport has asked to wait. */
  blocked = false;
  /** The last frame has been written. */
  #finished = false;

  constructor(
    wire: Wire,
    host: SenderHost,
    limits: { readonly maxQueuedControl: number; readonly maxQueuedPongs: number },
  ) {
    this.#wire = wire;
    this.#host = host;
    this.#maxControl = limits.maxQueuedControl;
    this.#maxPongs = limits.maxQueuedPongs;
    this.maxFrame = wire.earlyFrame;
    this.policy = wire.policy ?? OURS;
    this.held = wire.holdsOpenings ?? false;
    wire.start(this.#out);
  }

  get congested(): boolean {
    return this.blocked || this.#fresh > HIGH_WATER;
  }

  /** Whether the peer has provoked so many frames that they should leave before more of it is read. */
  get overloaded(): boolean {
    return this.#answers > this.#maxControl;
  }

  /** Whether `produce` would give anything. */
  get pending(): boolean {
    return (
      this.#out.size > 0 ||
      this.#opening.length > 0 ||
      this.#credits.length > 0 ||
      this.#pongs.length > 0 ||
      this.#ready.size > 0
    );
  }

  wake(): void {
    this.#host.wake();
  }

  wrote(bytes: number): void {
    this.#fresh += bytes;
  }

  sendable(stream: EngineStream): void {
    if (stream.queued || stream.ended || this.#finished) return;
    if (stream.synDue) this.#opening.push(stream);
    else if (this.#canSend(stream)) this.#ready.push(stream);
    else return;
    stream.queued = true;
    this.#host.wake();
  }

  creditDue(stream: EngineStream): void {
    if (this.#finished) return;
    stream.creditQueued = true;
    this.#credits.push(stream);
    this.#host.wakeLater();
  }

  /** Writes a frame that goes ahead of all data. */
  control(write: (out: Output) => void): void {
    write(this.#out);
    this.#host.wake();
  }

  /** As `control`, for what the peer can make this end send as often as it likes. */
  answer(write: (out: Output) => void): void {
    this.#answers += 1;
    this.control(write);
  }

  /** As `answer`, about a stream of the peer's, which may not know it itself yet unless it sent something on it. */
  dismiss(heard: boolean, write: (out: Output) => void): void {
    const { firstWriteDelay } = this.policy;
    if (heard || firstWriteDelay === undefined) this.answer(write);
    else this.#host.later(firstWriteDelay, () => this.answer(write));
  }

  /** Answers a ping. False if too many answers wait. */
  pong(token: number): boolean {
    if (this.#pongs.length >= this.#maxPongs) return false;
    this.#pongs.push(token);
    this.#host.wake();
    return true;
  }

  /** Openings go in the order of their ids, and each before any other frame of its stream but a credit or a reset. */
  flushOpenings(): void {
    if (this.#opening.length === 0 || this.held) return;
    const due = this.#opening;
    this.#opening = [];
    for (const stream of due) {
      if (this.#mustWait(stream)) this.#opening.push(stream);
      else this.#open(stream);
    }
  }

  /** The openings that were held may go. */
  open(): void {
    this.held = false;
    if (this.#opening.length > 0) this.#host.wake();
  }

  /** The stream waits for its acceptance no longer. */
  settled(stream: EngineStream): void {
    if (!stream.awaited) return;
    stream.awaited = false;
    this.#unaccepted -= 1;
    if (this.#opening.length > 0) this.#host.wake();
  }

  /** Data and end of the stream wait no longer. */
  release(stream: EngineStream): void {
    stream.holds = stream.holds === "first" ? "" : "released";
    this.sendable(stream);
  }

  /** What goes out next: about `limit` bytes of data, and all that goes ahead of it. */
  produce(limit: number): Uint8Array[] {
    const out = this.#out;
    for (const token of this.#pongs) this.#wire.pong?.(out, token);
    this.#pongs.length = 0;
    this.#answers = 0;
    this.#produceCredits();
    this.flushOpenings();
    const turn = Math.max(LEAST_TURN, Math.floor(ROUND / this.#ready.size));
    while (out.size < limit && this.#wire.sessionRoom !== 0) {
      const stream = this.#ready.shift();
      if (stream === undefined) break;
      stream.queued = false;
      if (!this.#canSend(stream)) continue;
      this.#emit(stream, NO_BLOCK, 0, Math.min(stream.unsent.size, turn));
      this.sendable(stream);
    }
    if (this.#ready.size === 0) this.#fresh = 0;
    return out.take();
  }

  /** Drops all that waits but whole control frames, then writes the last frame. */
  finish(write: ((out: Output) => void) | undefined): Uint8Array[] {
    this.#finished = true;
    this.#opening = [];
    this.#credits = [];
    write?.(this.#out);
    return this.#out.take();
  }

  #produceCredits(): void {
    if (this.#credits.length === 0) return;
    const due = this.#credits;
    this.#credits = [];
    for (const stream of due) {
      stream.creditQueued = false;
      if (stream.receiveEnded || stream.ended) continue;
      const bytes = this.#host.grant(stream);
      if (bytes > 0) this.#wire.credit?.(this.#out, stream.number, bytes);
    }
  }

  #mustWait(stream: EngineStream): boolean {
    const { maxUnaccepted } = this.policy;
    return maxUnaccepted !== undefined && this.#unaccepted >= maxUnaccepted && stream.local && !stream.ended;
  }

  #open(stream: EngineStream): void {
    const { policy } = this;
    stream.queued = false;
    if (!stream.synDue || stream.ended) return;
    const { block, local } = stream;
    stream.synDue = false;
    stream.block = NO_BLOCK;
    const held = !local && this.#holdFirst(stream);
    this.#emit(stream, block, local ? SYN : ACK, !held && stream.unsent.size <= FOLDED ? stream.unsent.size : 0);
    if (local && policy.maxUnaccepted !== undefined) {
      stream.awaited = true;
      this.#unaccepted += 1;
    }
    if (local && policy.silentAccept) stream.replied(NO_BLOCK);
    if (stream.stopDue !== undefined) this.#wire.stop?.(this.#out, stream.number, stream.stopDue);
    this.sendable(stream);
  }

  #holdFirst(stream: EngineStream): boolean {
    const { firstWriteDelay } = this.policy;
    if (firstWriteDelay === undefined || stream.heard) return false;
    stream.holds = "first";
    this.#host.later(firstWriteDelay, () => {
      if (stream.holds === "first") this.release(stream);
    });
    return true;
  }

  #emit(stream: EngineStream, block: Uint8Array, flags: number, wanted: number): void {
    const { unsent } = stream;
    const { sessionRoom = Number.POSITIVE_INFINITY } = this.#wire;
    const length = Math.max(0, Math.min(wanted, stream.sendCredit, this.maxFrame, sessionRoom));
    const fin = stream.finDue && length === unsent.size && this.#mayEnd(stream);
    const apart = fin && this.policy.endApart === true;
    const all = fin && !apart ? flags | FIN : flags;
    if (length > 0 || all > 0) this.#wire.data(this.#out, stream.number, length, all, block, stream.urgency);
    stream.sendCredit -= length;
    for (let rest = length; rest > 0; ) {
      const piece = unsent.take(rest);
      if (piece === undefined) break;
      rest -= piece.length;
      this.#out.append(piece);
    }
    if (apart) this.#wire.end?.(this.#out, stream.number);
    if (unsent.size === 0) stream.sent(fin);
  }

  #canSend(stream: EngineStream): boolean {
    if (stream.sendEnded || stream.ended || stream.holds === "first") return false;
    return stream.unsent.size > 0 ? stream.sendCredit > 0 : stream.finDue && this.#mayEnd(stream);
  }

  /** Whether its end may leave now; otherwise `release`, or what comes from the peer, will tell. */
  #mayEnd(stream: EngineStream): boolean {
    const { endAfterPeer, lastEndDelay } = this.policy;
    if (stream.holds === "first" || (endAfterPeer && !stream.receiveEnded)) return false;
    if (lastEndDelay === undefined || !stream.receiveEnded || stream.holds === "released") return true;
    if (stream.holds === "last") return false;
    stream.holds = "last";
    this.#host.later(lastEndDelay, () => this.release(stream));
    return false;
  }
}
