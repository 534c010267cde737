// A readable and a writable stream of bytes as one Conn.

import type { Conn, OpOptions } from "../contract.js";
import { isStreamsError, StreamsError } from "../errors.js";
import { raceAbort } from "../kit/abort.js";
import { Inbox } from "../kit/inbox.js";
import { chunks } from "../kit/iterate.js";
import { wholeNumber } from "../kit/options.js";
import { Outcome } from "../kit/outcome.js";
import { handled, READY, rejected } from "../kit/ready.js";
import { WaitingWrites } from "../kit/waiting-writes.js";
import { hasBytes, writeNothing } from "../kit/write-nothing.js";
import { bytesOf } from "./bytes.js";
import type { WebPair } from "./index.js";

export interface FromWebOptions {
  /**
   * Bytes taken from `readable` before anybody reads them, so that its end and its failure are noticed in time: no further chunk is
   * asked for from this level on. Default 65,536.
   */
  readonly highWaterMark?: number;
}

/**
 * The web streams as a connection, which owns them from then on.
 * - `close()` closes `writable`; the end of `readable` is the peer's.
 * - `reset(code)` cancels the one and aborts the other with an ERR_RESET that carries the code.
 * - An error of either that is a StreamsError is passed on as it is; any other becomes the cause of an ERR_TRANSPORT_LOST.
 * @throws ERR_OPTION_INVALID when one of the streams is locked, or an option is wrong
 */
export function fromWeb(pair: WebPair, options: FromWebOptions = {}): Conn {
  for (const name of ["readable", "writable"] as const) {
    if (!pair[name].locked) continue;
    throw new StreamsError("ERR_OPTION_INVALID", `${name} is locked; release its reader or writer first.`);
  }
  return new WebConn(pair, wholeNumber("highWaterMark", options.highWaterMark, 64 * 1024));
}

class WebConn implements Conn {
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #highWaterMark: number;
  readonly #inbox: Inbox = new Inbox(() => this.#pull());
  readonly #outcome = new Outcome<void>();
  readonly #waiting = new WaitingWrites();
  #pulling = false;
  #awaitingRoom = false;
  #closing: Outcome<void> | undefined;
  #endSent = false;
  #error: unknown;

  constructor({ readable, writable }: WebPair, highWaterMark: number) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#highWaterMark = highWaterMark;
    this.#writer.closed.catch((error) => this.#fail(error));
    this.#pull();
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
      this.#send(chunk);
      return READY;
    }
    const written = this.#waiting.add(chunk, signal, () => this.#flush());
    this.#flush();
    return written;
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#closing === undefined) {
      if (this.#error !== undefined) return rejected(this.#error);
      this.#closing = new Outcome();
      this.#flush();
    }
    const closing = this.#closing.promise;
    return signal === undefined ? closing : handled(raceAbort(closing, signal));
  }

  reset(code?: number): void {
    if (this.#outcome.settled && this.#error === undefined) return;
    const error =
      this.#error ?? new StreamsError("ERR_RESET", "The connection was reset by this end.", { resetCode: code });
    this.#inbox.abandon(error);
    this.#fail(error);
    this.#reader.cancel(error).catch(ignore);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined) this.reset();
    return READY;
  }

  /** One read of the stream at a time, which an abandoned `read` leaves alone: what it gives waits for the next one. */
  #pull(): void {
    if (this.#pulling || this.#inbox.ended || this.#inbox.size >= this.#highWaterMark) return;
    this.#pulling = true;
    this.#reader.read().then(
      ({ done, value }) => {
        this.#pulling = false;
        if (done) return this.#ended();
        const bytes = bytesOf(value);
        if (bytes === undefined)
          return this.#readFailed(new TypeError("The readable gave something that is no bytes."));
        this.#inbox.push(bytes);
        this.#pull();
      },
      (error) => this.#readFailed(error),
    );
  }

  #ended(): void {
    // Once the pipe has failed there is no clean end.
    if (this.#error !== undefined) return this.#inbox.fail(this.#error);
    this.#inbox.end();
    this.#settle();
  }

  #readFailed(reason: unknown): void {
    this.#fail(reason);
    this.#inbox.fail(this.#error);
    this.#reader.cancel(this.#error).catch(ignore);
  }

  #hasRoom(): boolean {
    return (this.#writer.desiredSize ?? 0) > 0;
  }

  #send(chunk: Uint8Array): void {
    this.#writer.write(chunk).catch(ignore); // `writer.closed` tells of the failure too
  }

  #flush(): void {
    while (this.#waiting.size > 0 && this.#hasRoom()) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) this.#send(chunk);
    }
    if (this.#waiting.size > 0) this.#awaitRoom();
    else if (this.#closing !== undefined && !this.#endSent) this.#sendEnd(this.#closing);
  }

  #awaitRoom(): void {
    if (this.#awaitingRoom) return;
    this.#awaitingRoom = true;
    this.#writer.ready.then(() => {
      this.#awaitingRoom = false;
      this.#flush();
    }, ignore);
  }

  #sendEnd(closing: Outcome<void>): void {
    this.#endSent = true;
    this.#writer.close().then(
      () => {
        closing.resolve();
        this.#settle();
      },
      (error) => this.#fail(error),
    );
  }

  #settle(): void {
    if (this.#inbox.ended && this.#closing?.settled) this.#outcome.resolve();
  }

  /** Writing is over at once; reading goes on as long as the readable gives something. */
  #fail(reason: unknown): void {
    if (this.#outcome.settled) return;
    const error = isStreamsError(reason)
      ? reason
      : new StreamsError("ERR_TRANSPORT_LOST", "The web stream under this connection failed; see cause.", {
          cause: reason,
        });
    this.#error = error;
    this.#waiting.fail(error);
    this.#closing?.reject(error);
    this.#outcome.reject(error);
    this.#writer.abort(error).catch(ignore);
  }
}

function ignore(): void {}
