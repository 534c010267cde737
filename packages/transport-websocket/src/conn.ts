// The contract over an open WebSocket (RFC 6455), whoever implements it. Binary messages carry the bytes and their borders mean nothing.
// What a WebSocket lacks is said so:
// - half-close: an empty binary message; once both ends have sent theirs the WebSocket is closed with 1000
// - reset: close code 4000, or 4000 + code for a code from 1 to 999
// - a peer that closes with 1000 has ended; any other close, or none, is a loss

import { type Conn, type OpOptions, StreamsError } from "streams-core";
import {
  afterTick,
  chunks,
  handled,
  hasBytes,
  Inbox,
  Outcome,
  printable,
  READY,
  raceAbort,
  rejected,
  WaitingWrites,
  writeNothing,
} from "streams-core/kit";

/** An open WebSocket as this file needs it. */
export interface Link {
  /** Bytes that were pushed and wait for room. */
  readonly queued: number;
  /** Those, and what of the rest and of the end the system has not taken yet. */
  readonly unsent: number;
  /** Puts a chunk after those that wait to be sent. */
  push(chunk: Uint8Array): void;
  /** Sends what waits, or as much as there is room for; may tell the conn by `sent()` when `unsent` has sunk. */
  flush(): void;
  /** Sends the empty message. Nothing waits before it. */
  sendEnd(): void;
  /** Drops what waits. */
  clear(): void;
  /** Somebody waits: `sent()` must be called when `unsent` has sunk. */
  watch(): void;
  /** Stops and starts the flow of messages, where that is possible. */
  pause(): void;
  resume(): void;
  /** The closing handshake, after what was sent. */
  close(code: number): void;
}

export interface Limits {
  readonly highWaterMark: number;
  /** Bytes that may wait for `read` although the link was paused. */
  readonly maxUnread: number;
}

const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const UNSUPPORTED_DATA = 1003;
const POLICY = 1008;
/** The first of the close codes that mean a reset. */
export const RESET = 4000;

export class WebSocketConn implements Conn {
  readonly #link: Link;
  readonly #limits: Limits;
  readonly #inbox: Inbox = new Inbox(() => this.#wasRead());
  readonly #waiting = new WaitingWrites();
  readonly #outcome = new Outcome<void>();
  readonly #flushed = (): void => {
    this.#flushing = false;
    this.sent();
  };
  #flushing = false;
  /** Of the write that left no room. */
  #drained: Outcome<void> | undefined;
  #paused = false;
  #closing: Outcome<void> | undefined;
  #endSent = false;
  #error: StreamsError | undefined;

  constructor(link: Link, limits: Limits) {
    this.#link = link;
    this.#limits = limits;
  }

  get closed(): Promise<void> {
    return this.#outcome.promise;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    return this.#inbox.read(options);
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    if (this.#closing !== undefined) {
      return rejected(new StreamsError("ERR_CLOSED", "Write before close(): this direction has ended."));
    }
    if (!hasBytes(chunk)) return writeNothing(chunk);
    if (this.#waiting.size === 0 && this.#hasRoom()) {
      this.#link.push(chunk);
      this.#schedule();
      // One that can be aborted must still be whole here, or gone; it does not wait.
      if (signal !== undefined || this.#hasRoom()) return READY;
      this.#drained ??= new Outcome();
      return this.#drained.promise;
    }
    this.#link.watch();
    return this.#waiting.add(chunk, signal, () => this.sent());
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#closing === undefined) {
      if (this.#error !== undefined) return rejected(this.#error);
      this.#closing = new Outcome();
      this.#schedule();
    }
    const closing = this.#closing.promise;
    return signal === undefined ? closing : handled(raceAbort(closing, signal));
  }

  reset(code = 0): void {
    if (this.#outcome.settled && this.#error === undefined) return;
    const error = this.#error ?? new StreamsError("ERR_RESET", "The connection was reset by this end.");
    this.#inbox.abandon(error);
    this.#end(error, RESET + (code > 0 && code < 1000 ? code : 0));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined) this.reset();
    return READY;
  }

  // What the link tells.

  /** A binary message, in as many parts as it came in. */
  message(parts: Iterable<Uint8Array>): void {
    if (this.#outcome.settled) return;
    let empty = true;
    for (const part of parts) {
      if (part.length === 0) continue;
      empty = false;
      if (this.#inbox.ended) return this.#broken("sent data after its end", PROTOCOL_ERROR);
      this.#inbox.push(part);
    }
    if (empty) {
      this.#inbox.end();
      this.#settle();
      return;
    }
    const unread = this.#inbox.size;
    if (unread > this.#limits.maxUnread) return this.#flooded();
    if (unread < this.#limits.highWaterMark || this.#paused) return;
    this.#paused = true;
    this.#link.pause();
  }

  text(): void {
    this.#broken("sent a text message; only binary ones carry bytes", UNSUPPORTED_DATA);
  }

  /** The WebSocket implementation found the peer at fault and closes by itself. */
  invalid(cause: unknown): void {
    this.#broken("broke the rules of WebSockets; see cause", PROTOCOL_ERROR, cause);
  }

  /** The WebSocket is closed: the code and reason of the close frame that came, 1006 if none did. */
  ended(code: number, reason: string): void {
    if (this.#outcome.settled) return;
    const unsent = this.#waiting.size + this.#link.unsent;
    if (code === NORMAL && (unsent === 0 || (this.#endSent && this.#inbox.ended))) {
      this.#inbox.end();
      this.#closing ??= new Outcome();
      this.#closing.resolve();
      this.#error = lost(code, reason);
      this.#outcome.resolve();
    } else if (code >= RESET) {
      const resetCode = code === RESET ? undefined : code - RESET;
      const said = reason === "" ? "" : `: ${printable(reason)}`;
      const details = { remote: true, resetCode };
      this.#end(new StreamsError("ERR_RESET", `The peer reset the connection (close code ${code})${said}.`, details));
    } else {
      this.#end(lost(code, reason));
    }
  }

  /** `unsent` has sunk, or there is something to send. */
  sent(): void {
    if (this.#outcome.settled) return;
    while (this.#waiting.size > 0 && this.#hasRoom()) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) this.#link.push(chunk);
    }
    this.#link.flush();
    if (this.#drained !== undefined && this.#hasRoom()) {
      this.#drained.resolve();
      this.#drained = undefined;
    }
    if (this.#closing !== undefined) this.#sendEnd(this.#closing);
    if (this.#waiting.size > 0 || this.#drained !== undefined) this.#link.watch();
  }

  #hasRoom(): boolean {
    return this.#link.unsent < this.#limits.highWaterMark;
  }

  #schedule(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    afterTick(this.#flushed);
  }

  #sendEnd(closing: Outcome<void>): void {
    if (!this.#endSent) {
      if (this.#waiting.size > 0 || this.#link.queued > 0) return;
      this.#endSent = true;
      this.#link.sendEnd();
    }
    if (this.#link.unsent > 0) return this.#link.watch();
    closing.resolve();
    this.#settle();
  }

  #settle(): void {
    if (!this.#inbox.ended || !this.#closing?.settled) return;
    this.#outcome.resolve();
    this.#link.resume();
    this.#link.close(NORMAL);
  }

  #wasRead(): void {
    if (!this.#paused || this.#inbox.size > this.#limits.highWaterMark / 2) return;
    this.#paused = false;
    this.#link.resume();
  }

  #broken(what: string, code: number, cause?: unknown): void {
    this.#end(new StreamsError("ERR_PROTOCOL", `The peer ${what}.`, { remote: true, cause }), code);
  }

  #flooded(): void {
    const message = `This WebSocket cannot be paused and ${this.#inbox.size} bytes wait unread; read sooner, or raise maxUnread.`;
    this.#end(new StreamsError("ERR_FLOW_CONTROL", message), POLICY);
  }

  /** Both directions are over. What had arrived can still be read, unless `reset` dropped it. */
  #end(error: StreamsError, code?: number): void {
    if (this.#outcome.settled) return;
    this.#error = error;
    this.#link.clear();
    this.#waiting.fail(error);
    this.#drained?.reject(error);
    this.#closing?.reject(error);
    this.#inbox.fail(error);
    this.#outcome.reject(error);
    if (code === undefined) return;
    this.#link.resume(); // or the peer's close frame would never be seen
    this.#link.close(code);
  }
}

function lost(code: number, reason: string): StreamsError {
  const how = code === 1006 ? "broke without a close frame" : `was closed by the peer with code ${code}`;
  const said = reason === "" ? "" : `: ${printable(reason)}`;
  return new StreamsError("ERR_TRANSPORT_LOST", `The WebSocket ${how}${said}.`, { remote: code !== 1006 });
}
