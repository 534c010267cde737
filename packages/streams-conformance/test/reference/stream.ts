// A stream of the reference session: two queues and a window, and the faults that can be put into them.

import { type OpOptions, type Stream, StreamsError } from "streams-core";
import {
  chunks,
  END,
  handled,
  hasBytes,
  Inbox,
  Outcome,
  onAbort,
  READY,
  raceAbort,
  rejected,
  writeNothing,
} from "streams-core/kit";
import type { Fault } from "./faults.js";

const WINDOW = 64 * 1024;

/** What a stream needs of its session. */
export interface Home {
  has(fault: Fault): boolean;
  /** Calls the other end, in order with what else this stream sends. */
  send(stream: RefStream, bytes: number, run: (peer: RefStream) => void): void;
  /** Both directions have ended, one way or the other. */
  ended(stream: RefStream): void;
  /** Bytes the session may still send, where a fault makes that a thing of the session. */
  credit: number;
  resumeAll(): void;
}

interface Write {
  chunk: Uint8Array;
  resolve(): void;
  reject(reason: unknown): void;
  forget(): void;
}

export class RefStream implements Stream {
  readonly id: string;
  readonly headers: Headers;
  readonly urgency: number;
  readonly home: Home;
  peer: RefStream | undefined;
  readonly reply = new Outcome<Headers>();
  readonly #inbox: Inbox;
  readonly #outcome = new Outcome<void>();
  readonly #flushed = new Outcome<void>();
  readonly #writes: Write[] = [];
  #credit = WINDOW;
  #closing = false;
  #peerEnded = false;
  #error: StreamsError | undefined;
  #loseNext = false;
  #endGiven = false;

  constructor(id: string, headers: Headers, urgency: number, home: Home) {
    this.id = id;
    this.headers = headers;
    this.urgency = urgency;
    this.home = home;
    this.#inbox = new Inbox((bytes) => home.send(this, 0, (peer) => peer.grant(bytes)));
  }

  get opened(): Promise<Headers> {
    return this.reply.promise;
  }
  get closed(): Promise<void> {
    return this.#outcome.promise;
  }
  get unread(): number {
    return this.#inbox.size;
  }
  get unsent(): number {
    return this.#writes.reduce((size, { chunk }) => size + chunk.byteLength, 0);
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    const { home } = this;
    if (home.has("reading leaves a listener")) options?.signal?.addEventListener("abort", () => {});
    if (home.has("a second read is taken for the end") && this.#inbox.wanted) return END;
    if (home.has("an aborted read loses the next chunk")) onAbort(options?.signal, () => (this.#loseNext = true));
    if (this.#endGiven) return rejected(new StreamsError("ERR_CLOSED", "The end was read."));
    const reading = this.#inbox.read(options);
    if (home.has("the end is given once")) reading.then((chunk) => (this.#endGiven = chunk === null)).catch(() => {});
    return home.has("rejections are not handled") ? reading.then((chunk) => chunk) : reading;
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const { home } = this;
    const signal = home.has("a signal on write is ignored") ? undefined : options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    if (this.#closing && !home.has("a write after close is sent")) {
      return rejected(new StreamsError("ERR_CLOSED", "Write before close(): this direction has ended."));
    }
    if (chunk?.length === 0 && home.has("an empty chunk ends the stream")) return this.close();
    if (!hasBytes(chunk)) return home.has("text is taken as bytes") ? READY : writeNothing(chunk);
    if (home.has("large chunks are cut off")) return this.#enqueue(chunk.subarray(0, 256 * 1024), signal);
    return this.#enqueue(chunk, signal);
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#error !== undefined) return rejected(this.#error);
    this.#closing = true;
    if (this.home.has("close forgets writes that wait")) this.#settleWrites((write) => write.resolve());
    if (this.home.has("close resolves never")) return new Promise(() => {});
    this.resume();
    return handled(raceAbort(this.#flushed.promise, signal));
  }

  reset(code?: number): void {
    const { home } = this;
    if (home.has("reset throws the second time") && this.#error !== undefined) throw this.#error;
    if (this.#outcome.settled && !home.has("reset undoes a clean end")) return;
    this.#fail(new StreamsError("ERR_RESET", "The stream was reset by this end."), true);
    if (home.has("a reset is not told to the peer")) return;
    home.send(this, 0, (peer) => peer.onReset(home.has("a reset has a code of its own") ? 99 : code));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const iterator = chunks(this);
    if (!this.home.has("leaving the loop resets")) return iterator;
    return {
      next: () => iterator.next(),
      return: async () => {
        this.reset();
        return { done: true, value: undefined };
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.home.has("disposing closes")) return this.close();
    if (!this.#closing || this.home.has("disposing resets after close")) this.reset();
    return READY;
  }

  /** What the other end calls. */

  push(chunk: Uint8Array): void {
    const lost = this.#loseNext;
    this.#loseNext = false;
    if (!lost) this.#inbox.push(chunk);
  }

  grant(bytes: number): void {
    if (this.home.has("credit is of the session")) {
      this.home.credit += bytes;
      this.home.resumeAll();
    } else {
      this.#credit += bytes;
      this.resume();
    }
  }

  onEnd(): void {
    this.#peerEnded = true;
    this.#inbox.end();
    if (this.home.has("close ends both directions") && !this.#closing) void this.close();
    this.#settle();
  }

  onReset(code: number | undefined): void {
    const { home } = this;
    if (home.has("a reset reads as an end")) return this.onEnd();
    const resetCode = home.has("a reset loses its code") ? undefined : code;
    const remote = !home.has("a reset is not remote");
    this.#fail(new StreamsError("ERR_RESET", "The stream was reset by the peer.", { remote, resetCode }), false);
  }

  /** Ends the stream from outside: a refusal, or the end of the session. */
  end(error: StreamsError): void {
    this.#fail(error, false);
  }

  resume(): void {
    for (let write = this.#writes[0]; write !== undefined && this.#room() > 0; write = this.#writes[0]) {
      const part = write.chunk.subarray(0, this.#room());
      this.#spend(part.byteLength);
      this.home.send(this, part.byteLength, (peer) => peer.push(part));
      write.chunk = write.chunk.subarray(part.byteLength);
      if (write.chunk.byteLength > 0) break;
      this.#writes.shift();
      write.forget();
      write.resolve();
    }
    if (!this.#closing || this.#writes.length > 0 || this.#flushed.settled) return;
    this.#flushed.resolve();
    this.home.send(this, 0, (peer) => peer.onEnd());
    this.#settle();
  }

  #enqueue(chunk: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    let partly = true;
    const written = handled(
      new Promise<void>((resolve, reject) => {
        const whole = chunk.byteLength;
        const forget = onAbort(signal, (reason) => {
          reject(reason);
          const at = this.#writes.indexOf(write);
          if (write.chunk.byteLength < whole) this.reset();
          else if (at >= 0) this.#writes.splice(at, 1);
          this.resume();
        });
        const write: Write = { chunk, resolve, reject, forget };
        if (this.home.has("a write that waits is overtaken")) this.#writes.unshift(write);
        else this.#writes.push(write);
        this.resume();
        partly = this.#writes.includes(write);
      }),
    );
    return partly ? written : READY;
  }

  #room(): number {
    if (this.home.has("credit is endless")) return Number.MAX_SAFE_INTEGER;
    return this.home.has("credit is of the session") ? this.home.credit : this.#credit;
  }

  #spend(bytes: number): void {
    if (this.home.has("credit is of the session")) this.home.credit -= bytes;
    else this.#credit -= bytes;
  }

  #settle(): void {
    const both = this.#peerEnded && this.#flushed.settled;
    if (!both && !this.home.has("closed resolves at the first end")) return;
    this.#outcome.resolve();
    if (both) this.home.ended(this);
  }

  #fail(error: StreamsError, drop: boolean): void {
    if (this.#error !== undefined || (this.#outcome.settled && !this.home.has("reset undoes a clean end"))) return;
    this.#error = error;
    if (drop) this.#inbox.abandon(error);
    else if (error.code === "ERR_TRANSPORT_LOST" && this.home.has("a loss is an end")) this.#inbox.end();
    else this.#inbox.fail(error);
    this.#settleWrites((write) => write.reject(error));
    this.reply.reject(error);
    this.#flushed.reject(error);
    this.#outcome.reject(error);
    this.home.ended(this);
  }

  #settleWrites(settle: (write: Write) => void): void {
    for (const write of this.#writes.splice(0)) {
      write.forget();
      settle(write);
    }
  }
}
