// One stream: the contract's face, and the state that the session's sender and receiver work on.

import type { OpOptions, Stream, StreamsError } from "streams-core";
import {
  ByteQueue,
  chunks,
  handled,
  hasBytes,
  headersOf,
  type Inbound,
  Inbox,
  Outcome,
  onAbort,
  READY,
  raceAbort,
  rejected,
  writeNothing,
} from "streams-core/kit";
import type { Core } from "./core.js";
import * as faults from "./faults.js";
import { isDue } from "./windows.js";

const NO_BLOCK = new Uint8Array(0);

export interface StreamInit {
  readonly number: number;
  readonly local: boolean;
  readonly urgency: number;
  /** The opener's headers. */
  readonly block: Uint8Array;
  readonly sendCredit: number;
  readonly window: number;
  readonly now: number;
}

export class EngineStream implements Stream {
  readonly number: number;
  readonly local: boolean;
  readonly urgency: number;

  /** Sending: what waits, how much the peer takes, what else is due. */
  readonly unsent: ByteQueue = new ByteQueue();
  sendCredit: number;
  synDue = false;
  finDue = false;
  sendEnded = false;
  /** What keeps its data or its end back for a while, where the wire's originals need that. */
  holds: "" | "first" | "last" | "released" = "";
  /** Whether its opening counts among those that wait for their acceptance. */
  awaited = false;
  /** With `synDue`: what the peer will be asked to stop with. */
  stopDue: number | undefined;
  /** Whether it stands in the sender's queue, and in its list of those to return credit for. */
  queued = false;
  creditQueued = false;
  /** With `synDue`: the headers that go with it. */
  block: Uint8Array = NO_BLOCK;

  /** Of a stream the peer opened, while it waits to be accepted. */
  arrival: Inbound | undefined;
  /** What the peer, meanwhile, asked it to stop sending with. */
  stopCode: number | undefined;

  /** Receiving: what the peer may still send, out of which window, and what was read but not given back. */
  receiveCredit: number;
  window: number;
  unreturned = 0;
  /** Since which measurement of the round trip, since when, and how much was read of it: what its window grows by. */
  epoch = 0;
  epochAt: number;
  epochBytes = 0;
  receiveEnded = false;
  /** Whether the peer has sent anything on it. */
  heard = false;
  /** Sweeps of the session since this half-closed stream last heard of the peer. */
  silentSweeps = 0;

  readonly #core: Core;
  readonly #inbox = new Inbox();
  #openerBlock: Uint8Array;
  #headers: Headers | undefined;
  #replyBlock: Uint8Array | undefined;
  #opened: Outcome<Headers> | undefined;
  #closed: Outcome<void> | undefined;
  #drained: Outcome<void> | undefined;
  /** Why one direction ended otherwise than by its end; why nothing can be written; why both are over. */
  #halfError: StreamsError | undefined;
  #writeError: StreamsError | undefined;
  #error: StreamsError | undefined;

  constructor(core: Core, init: StreamInit) {
    this.#core = core;
    this.number = init.number;
    this.local = init.local;
    this.urgency = init.urgency;
    this.#openerBlock = init.block;
    if (init.local) {
      this.synDue = true;
      this.block = init.block;
    }
    this.sendCredit = init.sendCredit;
    this.window = init.window;
    this.receiveCredit = init.window;
    this.epochAt = init.now;
  }

  get id(): string {
    return String(this.number);
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#openerBlock);
    return this.#headers;
  }

  get opened(): Promise<Headers> {
    if (this.#opened === undefined) {
      this.#opened = new Outcome<Headers>();
      if (this.#replyBlock !== undefined) this.#opened.resolve(headersOf(this.#replyBlock));
      else if (this.#error !== undefined) this.#opened.reject(this.#error);
    }
    return this.#opened.promise;
  }

  get closed(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = new Outcome<void>();
      if (this.ended) this.#settleClosed(this.#closed);
    }
    return this.#closed.promise;
  }

  /** Whether both directions are over. */
  get ended(): boolean {
    return this.#error !== undefined || (this.sendEnded && this.receiveEnded);
  }

  /** Whether it is over otherwise than by the ends of both directions. */
  get failed(): boolean {
    return this.#error !== undefined;
  }

  /** Bytes that arrived and were not read. */
  get unread(): number {
    return this.#inbox.size;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    const before = this.unread;
    const result = this.#inbox.read(options);
    const bytes = before - this.unread;
    if (this.ended) return result;
    this.#core.taken(bytes);
    this.#consumed(bytes);
    return result;
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const error = this.#error ?? this.#writeError;
    if (error !== undefined) return rejected(error);
    if (this.finDue) return rejected(faults.writeAfterClose());
    if (!hasBytes(chunk)) return writeNothing(chunk);
    // A view of its own, so that taking it back never finds another write of the same chunk.
    const piece = signal === undefined ? chunk : chunk.subarray();
    this.unsent.pushWhole(piece);
    this.#core.sender.wrote(chunk.length);
    this.#core.sender.sendable(this);
    if (this.#hasRoom()) return READY;
    return signal === undefined ? this.#whenDrained() : this.#abortableWrite(piece, signal);
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const error = this.#error ?? this.#writeError;
    if (error !== undefined) return rejected(error);
    if (this.sendEnded) return READY;
    if (!this.finDue) {
      this.finDue = true;
      this.#core.sender.sendable(this);
    }
    if (this.#hasRoom()) return READY;
    return handled(raceAbort(this.#whenDrained(), signal));
  }

  reset(code = 0): void {
    if (this.ended) return;
    this.#core.resetByUs(this, code);
    this.#end(faults.resetHere(code), true);
  }

  /**
   * Tells the peer to stop sending and drops what was not read; writing goes on. Reads then reject with ERR_RESET.
   * @param code given to the peer, whose writes reject with it. Default 0.
   */
  stopReading(code = 0): void {
    if (this.ended || (this.#inbox.ended && this.unread === 0)) return;
    const error = faults.stoppedHere(code);
    this.#core.taken(this.#inbox.abandon(error));
    this.#halfError ??= error;
    if (!this.receiveEnded) this.#core.stoppedByUs(this, code);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.finDue) this.reset();
    return READY;
  }

  /** This end accepts the stream that the peer opened. */
  accept(block: Uint8Array): void {
    this.synDue = true;
    this.block = block;
    this.replied(block);
    this.#core.sender.sendable(this);
  }

  /** The accepter's headers are known. */
  replied(block: Uint8Array): void {
    this.#replyBlock = block;
    this.#opened?.resolve(headersOf(block));
  }

  get acceptedAlready(): boolean {
    return this.#replyBlock !== undefined;
  }

  deliver(payload: Uint8Array): void {
    const taken = this.#inbox.wanted;
    this.silentSweeps = 0;
    this.heard = true;
    this.#core.unread -= this.unread;
    this.#inbox.push(payload);
    this.#core.unread += this.unread;
    if (taken) this.#consumed(payload.length);
    if (this.holds === "first") this.#core.sender.release(this);
  }

  /** The peer's end, or its abort of that direction. */
  receivedEnd(abort?: StreamsError): void {
    this.receiveEnded = true;
    if (abort === undefined) this.#inbox.end();
    else {
      this.#inbox.fail(abort);
      this.#halfError ??= abort;
    }
    // Its end may have waited for this one.
    if (this.finDue) this.#core.sender.sendable(this);
    this.#settle();
  }

  /** The peer asked this end to stop sending. */
  stopped(error: StreamsError): void {
    this.#writeError = error;
    this.#halfError ??= error;
    this.#dropUnsent(error);
    this.sendEnded = true;
    this.#settle();
  }

  /** Everything queued has been given to the transport, perhaps with the end. */
  sent(fin: boolean): void {
    this.#drained?.resolve();
    this.#drained = undefined;
    if (!fin) return;
    this.sendEnded = true;
    this.#settle();
  }

  /** The peer, or the session, ended it. What has arrived can still be read. */
  fail(error: StreamsError): void {
    if (!this.ended) this.#end(error, false);
  }

  #settle(): void {
    if (!this.receiveEnded || !this.sendEnded) return this.#core.halfClosed();
    if (this.#closed !== undefined) this.#settleClosed(this.#closed);
    this.#core.finished(this);
  }

  #settleClosed(closed: Outcome<void>): void {
    const error = this.#error ?? this.#halfError;
    if (error === undefined) closed.resolve();
    else closed.reject(error);
  }

  #end(error: StreamsError, dropUnread: boolean): void {
    this.#error = error;
    if (dropUnread) this.#core.taken(this.#inbox.abandon(error));
    else this.#inbox.fail(error);
    this.#dropUnsent(error);
    this.#opened?.reject(error);
    this.#closed?.reject(error);
    this.#core.finished(this);
  }

  #dropUnsent(error: StreamsError): void {
    this.unsent.clear();
    this.#drained?.reject(error);
    this.#drained = undefined;
  }

  #consumed(bytes: number): void {
    this.unreturned += bytes;
    if (!this.receiveEnded && !this.creditQueued && isDue(this.unreturned, this.window))
      this.#core.sender.creditDue(this);
  }

  #hasRoom(): boolean {
    return this.unsent.size <= this.sendCredit && !this.#core.sender.congested;
  }

  #whenDrained(): Promise<void> {
    this.#drained ??= new Outcome<void>();
    return this.#drained.promise;
  }

  /** An aborted write takes its chunk back or, when part of it has left, resets. */
  #abortableWrite(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    const forget = onAbort(signal, () => {
      if (!this.unsent.remove(chunk)) return this.reset();
      if (this.unsent.size > 0) return;
      this.sent(false);
      this.#core.sender.sendable(this);
    });
    return handled(raceAbort(this.#whenDrained(), signal).finally(forget));
  }
}
