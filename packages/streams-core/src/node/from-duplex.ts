// A Conn over any Node Duplex: sockets, pipes, channels of other libraries. Raw TCP runs on it, so nothing is made per chunk.

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Conn, OpOptions } from "../contract.js";
import { isStreamsError, StreamsError } from "../errors.js";
import { raceAbort } from "../kit/abort.js";
import { Inbox } from "../kit/inbox.js";
import { chunks } from "../kit/iterate.js";
import { wholeNumber } from "../kit/options.js";
import { Outcome } from "../kit/outcome.js";
import { READY, rejected } from "../kit/ready.js";
import { printable } from "../kit/text.js";
import { WaitingWrites } from "../kit/waiting-writes.js";
import { hasBytes, writeNothing } from "../kit/write-nothing.js";
import { BusyPoll } from "./busy-poll.js";
import { LOST } from "./lost.js";
import { stillOpen } from "./still-open.js";

export interface FromDuplexOptions {
  /** Bytes that may wait unread before the duplex is paused. Default 262,144. */
  readonly highWaterMark?: number;
  /**
   * Bytes that the duplex may hold before writers wait, where its own `writableHighWaterMark` is less: the 16 KiB of a socket in
   * Node 20 are too few for a good write. Default 262,144.
   */
  readonly writeAhead?: number;
  /**
   * Microseconds that the event loop keeps turning after each arrival, up to 1,000,000, or `false`. What comes within them is answered
   * sooner, and for that long a processor is busy. Default: 100 where a write was answered, for as long as the next answers mostly come
   * that soon; never with one processor.
   */
  readonly busyPoll?: number | false | undefined;
  /**
   * Ends the duplex at once, so that the peer sees an error and not an end.
   * Default: `resetAndDestroy()` where the duplex is a TCP socket, otherwise `destroy(error)`.
   */
  readonly abort?: (error: StreamsError, duplex: Duplex) => void;
  /** The socket that the duplex runs on, to ask whether the peer is still there. Default: the duplex, if it is a socket without TLS. */
  readonly socket?: Socket;
  /** Says what a failure of the duplex means. Default, and where it says `undefined`: ERR_TRANSPORT_LOST with the failure as cause. */
  readonly lost?: (cause: unknown) => StreamsError | undefined;
}

/**
 * The duplex as a Conn, which owns it from now on. Reading starts with the Conn's first operation. Half-close is the duplex's
 * `end()`; its `allowHalfOpen` is set, so that the peer's end does not end our direction too. What is written in one tick
 * leaves in one `writev`. An 'error', or a 'close' before both ends, is ERR_TRANSPORT_LOST; an error that is a StreamsError
 * stays the one it is.
 * @throws ERR_OPTION_INVALID for a duplex in object mode or with an encoding
 */
export function fromDuplex(duplex: Duplex, options: FromDuplexOptions = {}): Conn {
  if (duplex.readableObjectMode || duplex.writableObjectMode || duplex.readableEncoding !== null) {
    throw new StreamsError(
      "ERR_OPTION_INVALID",
      "The duplex carries objects or strings, not bytes: give one without objectMode and setEncoding().",
    );
  }
  return new DuplexConn(duplex, options);
}

/**
 * The very duplex below a Conn of `fromDuplex` that nobody has read, written or closed yet, as if it had never been wrapped;
 * otherwise `undefined`. The caller owns the duplex then, and the Conn's operations reject; only its `reset` still works.
 */
export function takeDuplex(conn: Conn): Duplex | undefined {
  return conn instanceof DuplexConn ? conn.take() : undefined;
}

/** The duplex below a Conn of `fromDuplex`, to ask it for addresses. */
export function duplexBelow(conn: Conn): Duplex | undefined {
  return conn instanceof DuplexConn ? conn.duplex : undefined;
}

class DuplexConn implements Conn {
  readonly duplex: Duplex;
  readonly #socket: Socket | undefined;
  readonly #highWaterMark: number;
  readonly #writeAhead: number;
  readonly #busyPoll: BusyPoll;
  readonly #options: FromDuplexOptions;
  readonly #allowedHalfOpen: boolean;
  readonly #inbox: Inbox = new Inbox(() => this.#onRead());
  readonly #waiting = new WaitingWrites();
  readonly #outcome = new Outcome<void>();
  /** Of the write that filled the duplex. */
  #drained: Outcome<void> | undefined;
  #closing: Outcome<void> | undefined;
  #error: StreamsError | undefined;
  #started = false;
  #taken = false;
  #paused = false;
  #corked = false;
  #confirming = false;
  #ending = false;

  /** @throws ERR_OPTION_INVALID */
  constructor(duplex: Duplex, options: FromDuplexOptions) {
    this.duplex = duplex;
    this.#socket = options.socket ?? (isPlainSocket(duplex) ? duplex : undefined);
    this.#highWaterMark = wholeNumber("highWaterMark", options.highWaterMark, 256 * 1024);
    this.#writeAhead = wholeNumber("writeAhead", options.writeAhead, 256 * 1024);
    this.#busyPoll = new BusyPoll(options.busyPoll);
    this.#options = options;
    this.#allowedHalfOpen = duplex.allowHalfOpen;
    duplex.allowHalfOpen = true;
    duplex.on("error", this.#onError);
    duplex.on(LOST, this.#onError);
    duplex.on("end", this.#onEnd);
    duplex.on("close", this.#onClose);
    if (duplex.readableEnded) this.#onEnd();
    if (duplex.destroyed) this.#lose(duplex.errored);
  }

  get closed(): Promise<void> {
    return this.#outcome.promise;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    if (!this.#started) this.#start();
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
    if (!this.#started) this.#start();
    if (this.#full || this.#waiting.size > 0) return this.#waiting.add(chunk, signal, this.#onDrain);
    this.#send(chunk);
    // One that can be aborted must still be whole here, or gone; it does not wait.
    if (signal !== undefined || !this.#full) return READY;
    this.#drained ??= new Outcome();
    return this.#drained.promise;
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#closing === undefined) {
      if (this.#error !== undefined) return rejected(this.#error);
      if (!this.#started) this.#start();
      this.#closing = new Outcome();
      if (this.duplex.writableFinished) this.#onFinish();
      else if (this.#waiting.size === 0) this.#endOurs();
    }
    const closing = this.#closing.promise;
    return signal === undefined ? closing : raceAbort(closing, signal);
  }

  reset(code?: number): void {
    if (this.#outcome.settled && !this.#taken) return;
    const error = new StreamsError("ERR_RESET", "The connection was reset by this end.", { resetCode: code });
    this.#fail(error);
    this.#inbox.abandon(error);
    const { duplex } = this;
    if (this.#taken) duplex.on("error", () => {});
    const abort = (): void => (this.#options.abort ?? abortDuplex)(error, duplex);
    // A socket that is shutting down cannot be reset; that takes until the next turn.
    const shutting = duplex.writableEnded && !duplex.writableFinished && duplex.writableLength === 0;
    if (shutting && duplex instanceof Socket) duplex.once("finish", abort);
    else abort();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined) this.reset();
    return READY;
  }

  take(): Duplex | undefined {
    if (this.#started || this.#outcome.settled || this.duplex.readableEnded) return undefined;
    this.#taken = true;
    const { duplex } = this;
    duplex.off("error", this.#onError);
    duplex.off(LOST, this.#onError);
    duplex.off("end", this.#onEnd);
    duplex.off("close", this.#onClose);
    duplex.allowHalfOpen = this.#allowedHalfOpen;
    this.#started = true;
    this.#fail(new StreamsError("ERR_CLOSED", "The duplex below this connection was taken: use that one."));
    return duplex;
  }

  #start(): void {
    this.#started = true;
    if (this.#error !== undefined) return;
    const { duplex } = this;
    duplex.on("data", this.#onData);
    duplex.on("drain", this.#onDrain);
    duplex.on("finish", this.#onFinish);
    if (duplex.isPaused()) duplex.resume();
  }

  get #full(): boolean {
    return this.duplex.writableNeedDrain && this.duplex.writableLength >= this.#writeAhead;
  }

  #send(chunk: Uint8Array): void {
    this.#busyPoll.wrote();
    if (!this.#corked) {
      this.#corked = true;
      this.duplex.cork();
      process.nextTick(this.#uncork);
    }
    this.duplex.write(chunk);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.duplex.uncork();
  };

  readonly #onData = (chunk: Uint8Array): void => {
    this.#inbox.push(chunk);
    this.#busyPoll.arrived();
    if (this.#inbox.size < this.#highWaterMark) return;
    this.#paused = true;
    this.duplex.pause();
  };

  #onRead(): void {
    if (!this.#paused || this.#inbox.size * 2 > this.#highWaterMark) return;
    this.#paused = false;
    this.duplex.resume();
  }

  readonly #onDrain = (): void => {
    this.#drained?.resolve();
    this.#drained = undefined;
    while (!this.#full) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      this.#send(chunk);
    }
    if (this.#closing !== undefined && this.#waiting.size === 0) this.#endOurs();
  };

  /** Our end, once everything before it was handed on. */
  #endOurs(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#socket === undefined || !this.#inbox.ended) this.duplex.end();
    else {
      stillOpen(this.#socket, this.duplex).then(
        () => this.duplex.end(),
        (cause) => this.#lose(cause),
      );
    }
  }

  readonly #onFinish = (): void => {
    this.#closing?.resolve();
    this.#settle();
  };

  readonly #onEnd = (): void => {
    if (this.#socket === undefined) return this.#end();
    this.#confirming = true;
    const settled = (act: () => void): void => {
      this.#confirming = false;
      act();
      if (this.duplex.closed) this.#onClose();
    };
    stillOpen(this.#socket, this.duplex).then(
      () => settled(() => this.#end()),
      (cause) => settled(() => this.#lose(cause)),
    );
  };

  #end(): void {
    this.#inbox.end();
    this.#settle();
  }

  /** Both directions ended cleanly: the end arrived and ours is out. */
  #settle(): void {
    if (this.#inbox.ended && this.duplex.writableFinished) this.#outcome.resolve();
  }

  readonly #onError = (cause: unknown): void => this.#lose(cause);

  readonly #onClose = (): void => {
    if (!this.#confirming) this.#lose(this.duplex.errored);
  };

  #lose(cause: unknown): void {
    if (this.#outcome.settled) return;
    this.#collect();
    this.#fail(isStreamsError(cause) ? cause : (this.#options.lost?.(cause) ?? lost(cause)));
    this.duplex.destroy();
  }

  /** What the duplex had received while it was paused is still in it, and would go with it. */
  #collect(): void {
    const { duplex } = this;
    duplex.off("data", this.#onData);
    for (let chunk = duplex.read(); chunk instanceof Uint8Array; chunk = duplex.read()) this.#inbox.push(chunk);
  }

  #fail(error: StreamsError): void {
    if (this.#outcome.settled) return;
    this.#error = error;
    this.#inbox.fail(error);
    this.#waiting.fail(error);
    this.#drained?.reject(error);
    this.#closing?.reject(error);
    this.#outcome.reject(error);
  }
}

function abortDuplex(error: StreamsError, duplex: Duplex): void {
  if (!isPlainSocket(duplex)) return void duplex.destroy(error);
  try {
    duplex.resetAndDestroy();
  } catch {
    // Only TCP has a reset.
    duplex.destroy();
  }
}

function isPlainSocket(duplex: Duplex): duplex is Socket {
  return duplex instanceof Socket && !("encrypted" in duplex);
}

function lost(cause: unknown): StreamsError {
  const why = cause instanceof Error ? `: ${printable(cause.message)}` : " before its end";
  return new StreamsError("ERR_TRANSPORT_LOST", `The connection broke${why}. Connect anew.`, { cause });
}
