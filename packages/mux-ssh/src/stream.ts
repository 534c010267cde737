// A stream over one SSH channel. Its bytes are the channel's bytes and its end is the channel's EOF; a reset is told on the control
// channel (between our own ends), because an SSH channel that closes without EOF looks like one that ended.

import type { Channel } from "ssh2";
import { type OpOptions, type Stream, type StreamStats, StreamsError } from "streams-core";
import {
  chunks,
  decodeHeaders,
  handled,
  Inbox,
  Outcome,
  READY,
  raceAbort,
  rejected,
  writeNothing,
} from "streams-core/kit";
import { close, drain, exit, muffle, quietly, windowOf } from "./channel.js";
import { Outbox } from "./outbox.js";

/** Bytes given to ssh2 at once: two of its packets, so that streams take turns. */
const PIECE = 64 * 1024;
/** Unread bytes after which the channel is paused: what follows waits in ssh2, up to its window. */
const UNREAD = 64 * 1024;

const EMPTY = new Uint8Array(0);
/** Blocks were checked when they were made. */
const ANY_SIZE = { bytes: Number.MAX_SAFE_INTEGER, fields: Number.MAX_SAFE_INTEGER };

/** What a stream needs of its session. */
export interface StreamHost {
  readonly writeBuffer: number;
  /** What the ends grant each other, if both are of our kind; otherwise SSH's own windows hold. */
  windows(): { readonly send: number; readonly receive: number } | undefined;
  /** Whether the connection takes more now; if not, the stream is flushed when it does. */
  room(stream: SshStream): boolean;
  /** Whatever is sent until the next tick leaves in one write. */
  gather(): void;
  /** Tells the peer that so much was read. */
  grant(stream: SshStream, bytes: number): void;
  /** The peer sent more than it was granted. */
  overrun(): void;
  /** Tells the peer about a reset, then calls `told`. */
  tellReset(stream: SshStream, code: number | undefined, told: () => void): void;
  /** The stream is over. */
  ended(stream: SshStream): void;
}

export class SshStream implements Stream {
  readonly id: string;
  /** Its number among the streams of its opener. */
  readonly number: number;
  readonly inbound: boolean;
  /** When a byte was last sent or received; for the half-close linger. */
  active: number = performance.now();
  readonly #host: StreamHost;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox = new Inbox((bytes) => this.#wasRead(bytes));
  readonly #opened = new Outcome<Headers>();
  readonly #closed = new Outcome<void>();
  readonly #ending = new Outcome<void>();
  #headers: Headers | undefined;
  readonly #block: Uint8Array;
  #channel: Channel | undefined;
  #paused = false;
  #scheduled = false;
  #inFlight = 0;
  /** Whether the ends grant each other credit. */
  #windowed = false;
  #sendCredit = Number.POSITIVE_INFINITY;
  #receiveCredit = Number.POSITIVE_INFINITY;
  /** Read here and not yet granted again. */
  #owed = 0;
  #closing = false;
  #writeDone = false;
  #readDone = false;
  #error: StreamsError | undefined;

  constructor(host: StreamHost, id: string, number: number, inbound: boolean, headers: Headers | Uint8Array) {
    this.#host = host;
    this.id = id;
    this.number = number;
    this.inbound = inbound;
    this.#headers = headers instanceof Headers ? headers : undefined;
    this.#block = headers instanceof Headers ? EMPTY : headers;
    this.#outbox = new Outbox(host.writeBuffer, () => this.reset());
  }

  get headers(): Headers {
    this.#headers ??= decodeHeaders(this.#block, ANY_SIZE);
    return this.#headers;
  }

  /** The headers as they travel. */
  get block(): Uint8Array {
    return this.#block;
  }

  /** Bytes that arrived and nobody has read. */
  get unread(): number {
    return this.#inbox.size + (this.#channel?.readableLength ?? 0);
  }

  get opened(): Promise<Headers> {
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
    return this.#opened.settled;
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
    if (!(chunk.byteLength > 0)) return writeNothing(chunk);
    const written = this.#outbox.push(chunk, signal);
    this.#schedule();
    return written;
  }

  close(options?: OpOptions): Promise<void> {
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    if (this.#error !== undefined && !this.#writeDone) return rejected(this.#error);
    if (!this.#closing) {
      this.#closing = true;
      this.#schedule();
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
    muffle(channel);
    if (this.#closed.settled) {
      // Reset while it was being opened.
      close(channel);
      return;
    }
    this.#channel = channel;
    const windows = this.#host.windows();
    if (windows !== undefined) {
      this.#windowed = true;
      this.#sendCredit = windows.send;
      this.#receiveCredit = windows.receive;
    }
    channel.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onClose);
    this.flush();
  }

  /** The accepter accepted. */
  accept(headers: Headers): void {
    this.#opened.resolve(headers);
    if (this.over) this.#host.ended(this);
  }

  /** The stream is over before both ends were done. `keep`: what has arrived can still be read. */
  fail(error: StreamsError, arrived: "keep" | "drop"): void {
    if (this.#closed.settled) return;
    const channel = this.#channel;
    if (channel !== undefined) {
      // ssh2 gives out what has arrived, and the end, a little later than it knows of them.
      if (arrived === "keep" && !this.#readDone && drain(channel)) this.#onEnd();
      if (this.#closed.settled) return;
      channel.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
      channel.pause();
    }
    this.#error = error;
    if (arrived === "keep") this.#inbox.fail(error);
    else this.#inbox.abandon(error);
    this.#outbox.fail(error);
    this.#ending.reject(error);
    this.#opened.reject(error);
    this.#closed.reject(error);
    this.#host.ended(this);
  }

  /** The peer takes more. Returns false if that is more than anybody could have meant. */
  credit(bytes: number): boolean {
    this.#sendCredit += bytes;
    this.flush();
    return this.#sendCredit < 2 ** 32;
  }

  /** Closes the channel of a stream that failed. */
  closeChannel(): void {
    if (!this.#writeDone) exit(this.#channel, 1);
    close(this.#channel);
  }

  /** Gives the channel what it takes. */
  flush(): void {
    const channel = this.#channel;
    if (channel === undefined || this.#inFlight > 0 || this.#writeDone || this.#closed.settled) return;
    if (this.#outbox.size > 0) {
      if (this.#sendCredit === 0 || !this.#host.room(this)) return;
      const piece = this.#outbox.take(Math.min(PIECE, this.#sendCredit));
      if (piece === undefined) return;
      this.#sendCredit -= piece.byteLength;
      this.#inFlight = piece.byteLength;
      this.active = performance.now();
      this.#host.gather();
      quietly(() => channel.write(piece, this.#onWritten));
    } else if (this.#closing) {
      this.#host.gather();
      exit(channel, 0);
      quietly(() => channel.eof());
      this.#writeDone = true;
      this.#ending.resolve();
      this.#settle();
    }
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

  #schedule(): void {
    if (this.#scheduled || this.#channel === undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#inFlight = 0;
    if (!error) this.flush();
  };

  readonly #onData = (chunk: Buffer): void => {
    this.active = performance.now();
    this.#receiveCredit -= chunk.byteLength;
    if (this.#receiveCredit < 0) {
      this.#host.overrun();
      return;
    }
    this.#inbox.push(chunk);
    // Between our own ends the peer waits for credit instead, and ssh2 never holds anything back.
    if (this.#paused || this.#windowed || this.#inbox.size < UNREAD) return;
    this.#paused = true;
    this.#channel?.pause();
  };

  #wasRead(bytes: number): void {
    const windows = this.#host.windows();
    if (windows !== undefined) {
      this.#owed += bytes;
      if (this.#owed * 2 < windows.receive || this.#readDone || this.#closed.settled) return;
      this.#receiveCredit += this.#owed;
      this.#host.grant(this, this.#owed);
      this.#owed = 0;
    } else if (this.#paused && this.#inbox.size < UNREAD / 2) {
      this.#paused = false;
      if (!this.#closed.settled) this.#channel?.resume();
    }
  }

  readonly #onEnd = (): void => {
    this.#readDone = true;
    this.#inbox.end();
    this.#settle();
  };

  /** The peer closed the channel. After both ends that is the last message; before, it wants no more of ours. */
  readonly #onClose = (): void => {
    if (this.#writeDone && this.#readDone) return;
    this.fail(new StreamsError("ERR_RESET", "The peer closed the channel.", { remote: true }), "keep");
  };

  #settle(): void {
    if (!this.#writeDone || !this.#readDone || this.#closed.settled) return;
    const channel = this.#channel;
    this.#closed.resolve();
    close(channel);
    channel?.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
    this.#host.ended(this);
  }
}
