// A stream over one SSH channel. Its bytes are the channel's bytes and its end is the channel's EOF; a reset is told on the control
// channel (between our own ends), because an SSH channel that closes without EOF looks like one that ended.

import type { Channel } from "ssh2";
import { type OpOptions, type Stream, type StreamStats, StreamsError } from "streams-core";
import {
  chunks,
  handled,
  hasBytes,
  headersOf,
  Inbox,
  Outcome,
  READY,
  raceAbort,
  rejected,
  writeNothing,
} from "streams-core/kit";
import { close, exit, type Feed, more, quietly, tap, windowOf, write } from "./channel.js";
import { Outbox } from "./outbox.js";
import type { Taker } from "./turns.js";

/** Bytes given to ssh2 at once: two of its packets, so that streams take turns. */
const PIECE = 64 * 1024;
/** Unread bytes after which SSH's own window is left to run out. */
const UNREAD = 64 * 1024;

const EMPTY = new Uint8Array(0);

/** What a stream needs of its session. */
export interface StreamHost {
  readonly role: "client" | "server";
  readonly writeBuffer: number;
  /** What the ends grant each other, if both are of our kind; otherwise SSH's own windows hold. */
  windows(): { readonly send: number; readonly receive: number } | undefined;
  /** The stream has something to write, and is flushed when the connection takes more. */
  take(stream: SshStream): void;
  /** Whatever is sent in this tick leaves in one write. */
  gather(): void;
  /** Tells the peer that so much was read. */
  grant(stream: SshStream, bytes: number): void;
  /** The peer sent more than it was granted. */
  overrun(): void;
  /** The peer opened the stream and closed its channel before this end was done. */
  cutShort(): void;
  /** Tells the peer about a reset, then calls `told`. */
  tellReset(stream: SshStream, code: number | undefined, told: () => void): void;
  /** The stream is over. */
  ended(stream: SshStream): void;
}

export class SshStream implements Stream, Feed, Taker {
  /** Its number among the streams of its opener. */
  readonly number: number;
  readonly inbound: boolean;
  /** When a byte was last sent or received; for the half-close linger. */
  active: number = performance.now();
  readonly #host: StreamHost;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox = new Inbox((bytes) => this.#wasRead(bytes));
  /** Made when somebody asks for it. */
  #opened: Outcome<Headers> | undefined;
  /** What the accepter answered. */
  #reply: Headers | Uint8Array | undefined;
  readonly #closed = new Outcome<void>();
  readonly #ending = new Outcome<void>();
  #headers: Headers | undefined;
  readonly #block: Uint8Array;
  #channel: Channel | undefined;
  #paused = false;
  #writing = false;
  #inFlight = 0;
  /** What the ends grant each other; 0 if SSH's own windows hold. */
  #window = 0;
  #sendCredit = Number.POSITIVE_INFINITY;
  #receiveCredit = Number.POSITIVE_INFINITY;
  /** Read here and not yet granted again. */
  #owed = 0;
  #closing = false;
  #writeDone = false;
  #readDone = false;
  #error: StreamsError | undefined;

  constructor(host: StreamHost, number: number, inbound: boolean, headers: Headers | Uint8Array) {
    this.#host = host;
    this.number = number;
    this.inbound = inbound;
    const encoded = headers instanceof Uint8Array;
    this.#headers = encoded ? undefined : headers;
    this.#block = encoded ? headers : EMPTY;
    this.#outbox = new Outbox(host.writeBuffer, () => this.reset());
  }

  get id(): string {
    return `${(this.#host.role === "client") === this.inbound ? "s" : "c"}${this.number}`;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#block);
    return this.#headers;
  }

  /** The headers as they travel. */
  get block(): Uint8Array {
    return this.#block;
  }

  /** Bytes that arrived and nobody has read. */
  get unread(): number {
    return this.#inbox.size;
  }

  get opened(): Promise<Headers> {
    if (this.#opened === undefined) {
      this.#opened = new Outcome();
      if (this.#reply !== undefined) this.#opened.resolve(asHeaders(this.#reply));
      else if (this.#error !== undefined) this.#opened.reject(this.#error);
    }
    return this.#opened.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Whether both directions are over. */
  get over(): boolean {
    return this.#closed.settled;
  }

  /** Whether the accepter has answered. */
  get answered(): boolean {
    return this.#reply !== undefined || this.#error !== undefined;
  }

  get attached(): boolean {
    return this.#channel !== undefined;
  }

  /** Whether this end has closed and waits for the peer's end. */
  get lingering(): boolean {
    return this.#writeDone && !this.#readDone;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    return this.#inbox.read(options);
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    if (this.#closing) {
      return rejected(new StreamsError("ERR_CLOSED", "Write before close(): this direction has ended."));
    }
    if (!hasBytes(chunk)) return writeNothing(chunk);
    const written = this.#outbox.push(chunk, signal);
    if (this.#channel !== undefined) this.#host.take(this);
    return written;
  }

  close(options?: OpOptions): Promise<void> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (this.#error !== undefined && !this.#writeDone) return rejected(this.#error);
    if (!this.#closing) {
      this.#closing = true;
      if (this.#channel !== undefined) this.#host.take(this);
    }
    return handled(raceAbort(this.#ending.promise, options?.signal));
  }

  reset(code?: number): void {
    if (this.#closed.settled) return;
    this.fail(new StreamsError("ERR_RESET", "The stream was reset by this end."), "drop");
    this.#host.tellReset(this, code, () => this.closeChannel());
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing) this.reset();
    return READY;
  }

  /** The channel is open. */
  attach(channel: Channel): void {
    if (this.#closed.settled) {
      // Reset while it was being opened.
      tap(channel, this);
      close(channel);
      return;
    }
    this.#channel = channel;
    const windows = this.#host.windows();
    if (windows !== undefined) {
      this.#window = windows.receive;
      this.#sendCredit = windows.send;
      this.#receiveCredit = windows.receive;
    }
    tap(channel, this);
    if (this.#outbox.size > 0 || this.#closing) this.#host.take(this);
  }

  /** The accepter accepted. */
  accept(headers: Headers | Uint8Array): void {
    if (this.answered) return;
    this.#reply = headers;
    this.#opened?.resolve(asHeaders(headers));
    if (this.over) this.#host.ended(this);
  }

  /** The stream is over before both ends were done. `keep`: what has arrived can still be read. */
  fail(error: StreamsError, arrived: "keep" | "drop"): void {
    if (this.#closed.settled) return;
    this.#error = error;
    if (arrived === "keep") this.#inbox.fail(error);
    else this.#inbox.abandon(error);
    this.#outbox.fail(error);
    this.#ending.reject(error);
    if (this.#reply === undefined) this.#opened?.reject(error);
    this.#closed.reject(error);
    this.#host.ended(this);
  }

  /** The peer takes more. Returns false if that is more than anybody could have meant. */
  credit(bytes: number): boolean {
    this.#sendCredit += bytes;
    if (this.#outbox.size > 0 && this.#channel !== undefined) this.#host.take(this);
    return this.#sendCredit < 2 ** 32;
  }

  /** Closes the channel of a stream that failed. */
  closeChannel(): void {
    if (!this.#writeDone) exit(this.#channel, 1);
    close(this.#channel);
  }

  /** Gives the channel a piece of what was written. Whether it would take more. */
  flush(): boolean {
    const channel = this.#channel;
    if (channel === undefined || this.#inFlight > 0 || this.#writeDone || this.#closed.settled) return false;
    if (this.#outbox.size > 0) {
      if (this.#sendCredit === 0) return false;
      const piece = this.#outbox.take(Math.min(PIECE, this.#sendCredit));
      if (piece === undefined) return false;
      this.#sendCredit -= piece.byteLength;
      this.#inFlight = piece.byteLength;
      this.active = performance.now();
      this.#writing = true;
      write(channel, piece, this.#onWritten);
      this.#writing = false;
      if (this.#inFlight > 0) return false;
      if (this.#outbox.size > 0) return this.#sendCredit > 0;
    }
    if (this.#closing) this.#end(channel);
    return false;
  }

  #end(channel: Channel): void {
    exit(channel, 0);
    quietly(() => channel.eof());
    this.#writeDone = true;
    this.#ending.resolve();
    this.#settle();
  }

  stats(): StreamStats {
    const channel = this.#channel;
    return {
      id: this.id,
      sendCredit: Number.isFinite(this.#sendCredit) ? this.#sendCredit : windowOf(channel?.outgoing),
      receiveCredit: Number.isFinite(this.#receiveCredit) ? this.#receiveCredit : windowOf(channel?.incoming),
      unsent: this.#outbox.size + this.#inFlight,
      unread: this.unread,
      waiting: this.#waiting(),
    };
  }

  #waiting(): StreamStats["waiting"] {
    if (this.#channel === undefined) return "accept";
    if (this.#inFlight > 0 || (this.#outbox.size > 0 && this.#sendCredit === 0)) return "credit";
    if (this.#outbox.size > 0) return "transport";
    return this.#paused || this.#receiveCredit === 0 ? "reader" : "nothing";
  }

  readonly #onWritten = (): void => {
    this.#inFlight = 0;
    if (!this.#writing) this.#host.take(this);
  };

  // From the channel

  onData(chunk: Buffer): boolean {
    if (this.#closed.settled) return false;
    this.active = performance.now();
    this.#receiveCredit -= chunk.byteLength;
    if (this.#receiveCredit < 0) {
      this.#host.overrun();
      return false;
    }
    this.#inbox.push(chunk);
    // Between our own ends the peer waits for credit instead, and SSH's window is never short.
    if (this.#window > 0 || this.#inbox.size < UNREAD) return true;
    this.#paused = true;
    return false;
  }

  onEnd(): void {
    if (this.#readDone || this.#closed.settled) return;
    this.#readDone = true;
    this.#inbox.end();
    this.#settle();
  }

  /** After both ends that is the last message; before, the peer wants no more of ours. */
  onClosed(): void {
    if ((this.#writeDone && this.#readDone) || this.#closed.settled) return;
    if (this.inbound) this.#host.cutShort();
    this.fail(new StreamsError("ERR_RESET", "The peer closed the channel.", { remote: true }), "keep");
  }

  #wasRead(bytes: number): void {
    if (this.#window > 0) {
      this.#owed += bytes;
      if (this.#owed * 2 < this.#window || this.#readDone || this.#closed.settled) return;
      this.#receiveCredit += this.#owed;
      this.#host.grant(this, this.#owed);
      this.#owed = 0;
    } else if (this.#paused && this.#inbox.size < UNREAD / 2) {
      this.#paused = false;
      if (this.#channel !== undefined && !this.#closed.settled) more(this.#channel);
    }
  }

  #settle(): void {
    if (!this.#writeDone || !this.#readDone || this.#closed.settled) return;
    this.#closed.resolve();
    this.#host.gather();
    close(this.#channel);
    this.#host.ended(this);
  }
}

/** Streams of both ends have numbers of their own. */
export function keyOf({ inbound, number }: { readonly inbound: boolean; readonly number: number }): number {
  return inbound ? -number : number;
}

function asHeaders(headers: Headers | Uint8Array): Headers {
  return headers instanceof Uint8Array ? headersOf(headers) : headers;
}
