// One stream over one node:http2 stream, which a stream that the server opens gets only when a parked request is free.

import type { Http2Stream, IncomingHttpHeaders } from "node:http2";
import { isStreamsError, type OpOptions, type Stream, type StreamStats, StreamsError } from "streams-core";
import {
  chunks,
  handled,
  type Inbound,
  Inbox,
  Outcome,
  READY,
  raceAbort,
  rejected,
  WaitingWrites,
  writeNothing,
} from "streams-core/kit";
import type { AnswerReader } from "./answer-record.js";
import { NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, refusedByPeer, resetByPeer } from "./codes.js";
import { CODE, numberIn, toHeaders } from "./fields.js";
import { resetWire } from "./reset-wire.js";

/** What a stream asks of its session. */
export interface StreamHost {
  /** Whether the peer is Streams too. */
  readonly ours: boolean;
  /** The code on the wire for one given to `reset`. */
  wireCode(code: number | undefined): number;
  /** node:http2 ended the stream: throws nothing, but if the whole session went, it fails this stream before it returns. */
  wireClosed(stream: H2Stream, cause: unknown): void;
  /** This end is half-closed and waits for the peer. */
  lingering(): void;
  /** Both directions are over. */
  finished(stream: H2Stream): void;
}

/** Bytes given on at a time: what node:http2 holds is counted, chunk by chunk. */
const PIECE = 64 * 1024;
/** Bytes given to node:http2 and not yet on the transport, above which writers wait. */
const WRITE_AHEAD = 128 * 1024;
/** Bytes read ahead of the application, above which node:http2 stops returning credit. */
const READ_AHEAD = 64 * 1024;

const ignore = (): void => {};

export class H2Stream implements Stream {
  readonly id: string;
  /** Whether this end opened it. */
  readonly local: boolean;
  /** Of a stream the peer opened, while it waits to be accepted. */
  arrival: Inbound | undefined;
  /** Sweeps of the session since this half-closed stream last heard of the peer. */
  silentSweeps = 0;

  readonly #host: StreamHost;
  readonly #makeHeaders: () => Headers;
  readonly #inbox: Inbox = new Inbox(() => this.#onRead());
  readonly #outbox = new WaitingWrites();
  #headers: Headers | undefined;
  #wire: Http2Stream | undefined;
  #answer: AnswerReader | undefined;
  #cause: unknown;
  #paused = false;
  #replied = false;
  #makeReply: (() => Headers) | undefined;
  #opened: Outcome<Headers> | undefined;
  #closed: Outcome<void> | undefined;
  #closing: Outcome<void> | undefined;
  #endGiven = false;
  #sendEnded = false;
  #error: StreamsError | undefined;
  /** The peer wants no more, although nothing is wrong. */
  #unwanted: StreamsError | undefined;
  #finished = false;

  constructor(host: StreamHost, id: string, local: boolean, headers: () => Headers) {
    this.#host = host;
    this.id = id;
    this.local = local;
    this.#makeHeaders = headers;
  }

  get headers(): Headers {
    this.#headers ??= this.#makeHeaders();
    return this.#headers;
  }

  get opened(): Promise<Headers> {
    if (this.#opened === undefined) {
      this.#opened = new Outcome<Headers>();
      if (this.#makeReply !== undefined) this.#opened.resolve(this.#makeReply());
      else if (this.#error !== undefined) this.#opened.reject(this.#error);
    }
    return this.#opened.promise;
  }

  get closed(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = new Outcome<void>();
      if (this.#error !== undefined) this.#closed.reject(this.#error);
      else if (this.#finished) this.#closed.resolve();
    }
    return this.#closed.promise;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    return this.#inbox.read(options);
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const error = this.#error ?? this.#unwanted;
    if (error !== undefined) return rejected(error);
    if (this.#closing !== undefined) {
      return rejected(new StreamsError("ERR_CLOSED", "Write before close(): this end of the stream has ended."));
    }
    if (!(chunk.byteLength > 0)) return writeNothing(chunk);
    const wire = this.#wire;
    if (wire === undefined) {
      if (this.#outbox.bytes >= WRITE_AHEAD) return this.#outbox.add(chunk, signal, this.#flush);
      this.#outbox.push(chunk);
      return READY;
    }
    if (this.#outbox.size > 0 || wire.writableLength >= WRITE_AHEAD) {
      return this.#outbox.add(chunk, signal, this.#flush);
    }
    if (chunk.byteLength <= WRITE_AHEAD) wire.write(chunk, this.#flush);
    else {
      this.#outbox.push(chunk);
      this.#flush();
    }
    return READY;
  }

  close(options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#closing === undefined) {
      if (this.#error !== undefined) return rejected(this.#error);
      this.#closing = new Outcome();
      if (this.#unwanted === undefined) this.#flush();
      else if (this.#finished) this.#closing.resolve();
    }
    const closing = this.#closing.promise;
    return signal === undefined ? closing : handled(raceAbort(closing, signal));
  }

  reset(code?: number): void {
    if (this.#finished) return;
    const error = new StreamsError("ERR_RESET", "The stream was reset by this end.", { resetCode: code });
    this.#inbox.abandon(error);
    this.#end(error);
    this.cut(this.#host.wireCode(code));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined) this.reset();
    return READY;
  }

  // ── for the session ──

  get failed(): boolean {
    return this.#error !== undefined;
  }

  /** Half-closed by this end, and the peer has not ended yet. */
  get lingers(): boolean {
    return this.#endGiven && !this.#inbox.ended;
  }

  /** Gives it the node:http2 stream, which must have a listener for `error` already or get none before this turn ends. */
  attach(wire: Http2Stream, answer?: AnswerReader): void {
    this.#wire = wire;
    this.#answer = answer;
    wire.on("error", this.#onError);
    wire.on("aborted", this.#onAborted);
    wire.on("data", this.#onData);
    wire.on("end", this.#onEnd);
    wire.on("finish", this.#onFinish);
    wire.on("close", this.#onClose);
    if (this.#outbox.size > 0 || this.#closing !== undefined) this.#flush();
  }

  /** The accepter's headers, made when somebody asks. */
  replied(make: () => Headers): void {
    this.#replied = true;
    this.#makeReply = make;
    this.#opened?.resolve(make());
  }

  /** The response to a request of ours. */
  onResponse(fields: IncomingHttpHeaders): void {
    if (this.#finished) return;
    const status = Number(fields[":status"]);
    if (status < 300) return this.replied(() => toHeaders(fields));
    this.#refused(refusedByPeer(` with status ${status}`, numberIn(fields, CODE), toHeaders(fields), this.#host.ours));
  }

  /** Refused by this end. */
  refuse(): void {
    const error = new StreamsError("ERR_REFUSED", "This end refused the stream.");
    this.#inbox.abandon(error);
    this.#end(error);
    this.#resume();
  }

  /** The session, or the peer, ended it: what has arrived can still be read, and the end if that had arrived too. */
  fail(error: StreamsError): void {
    if (this.#finished) return;
    this.#collect();
    this.#inbox.fail(error);
    this.#end(error);
  }

  /** The session is over: takes what node:http2 holds of this stream, which may be all that was missing. */
  complete(): void {
    if (this.#finished) return;
    this.#collect();
    this.#settle();
  }

  /** RST_STREAM. */
  cut(wireCode: number): void {
    if (this.#wire !== undefined && !this.#wire.destroyed) resetWire(this.#wire, wireCode);
  }

  stats(): StreamStats {
    const wire = this.#wire;
    const unsent = this.#outbox.bytes + (wire?.writableLength ?? 0);
    const unread = this.#inbox.size + (wire?.readableLength ?? 0);
    return {
      id: this.id,
      sendCredit: undefined,
      receiveCredit: wire?.state?.localWindowSize,
      unsent,
      unread,
      waiting: !this.#replied ? "accept" : unsent > 0 ? "credit" : unread > 0 ? "reader" : "nothing",
    };
  }

  // ── reading ──

  readonly #onData = (chunk: Uint8Array): void => {
    this.silentSweeps = 0;
    if (this.#answer !== undefined) return this.#readAnswer(this.#answer, chunk);
    this.#inbox.push(chunk);
    if (this.#inbox.size < READ_AHEAD) return;
    this.#paused = true;
    this.#wire?.pause();
  };

  #onRead(): void {
    if (this.#paused && this.#inbox.size * 2 <= READ_AHEAD) this.#resume();
  }

  #resume(): void {
    this.#paused = false;
    this.#wire?.resume();
  }

  #readAnswer(reader: AnswerReader, chunk: Uint8Array): void {
    try {
      const read = reader.push(chunk);
      if (read === undefined) return;
      this.#answer = undefined;
      const { accepted, code, headers } = read.answer;
      if (accepted) {
        this.replied(() => headers);
        this.#inbox.push(read.rest);
      } else this.#refused(refusedByPeer("", code === 0 ? undefined : code, headers));
    } catch (cause) {
      const error = isStreamsError(cause) ? cause : malformedAnswer(cause);
      this.#inbox.abandon(error);
      this.#end(error);
      this.cut(PROTOCOL_ERROR);
    }
  }

  /** Also what node:http2 says when the peer reset the stream: then there is a code. */
  readonly #onEnd = (): void => {
    if (this.#wire?.rstCode !== NO_ERROR) return;
    this.#inbox.end();
    this.#settle();
  };

  /** What node:http2 had received while it was paused is still in it, and the end may be behind that. */
  #collect(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    const ended = !wire.destroyed && (wire.closed ? wire.rstCode === NO_ERROR : wire.state.remoteClose === 1);
    for (let chunk = wire.read(); chunk instanceof Uint8Array; chunk = wire.read()) {
      if (this.#answer === undefined) this.#inbox.push(chunk);
      else this.#readAnswer(this.#answer, chunk);
    }
    if (ended) this.#inbox.end();
  }

  // ── writing ──

  /** Gives node:http2 what waits, as far as there is room, and then the end. */
  readonly #flush = (): void => {
    const wire = this.#wire;
    if (wire === undefined || this.#finished || wire.closed) return;
    while (this.#outbox.size > 0 && wire.writableLength < WRITE_AHEAD) {
      const chunk = this.#outbox.shift(PIECE);
      if (chunk !== undefined) wire.write(chunk, this.#flush);
    }
    if (this.#closing === undefined || this.#endGiven || this.#outbox.size > 0) return;
    this.#endGiven = true;
    wire.end();
    if (!this.#inbox.ended) this.#host.lingering();
  };

  readonly #onFinish = (): void => {
    if (!this.#endGiven || this.#error !== undefined || this.#wire?.rstCode !== NO_ERROR) return;
    this.#sendEnded = true;
    this.#closing?.resolve();
    this.#settle();
  };

  // ── ending ──

  /** The first error that node:http2 has; `close` follows and tells the code. */
  readonly #onError = (cause: unknown): void => {
    this.#cause ??= cause;
  };

  /** At once when a reset arrives while we could still write: writes from here on fail. */
  readonly #onAborted = (): void => {
    if (this.#finished) return;
    this.#unwanted = this.#resetError(this.#wire?.rstCode ?? NO_ERROR);
  };

  readonly #onClose = (): void => {
    if (this.#finished) return;
    this.#host.wireClosed(this, this.#cause);
    if (this.#finished) return;
    const code = this.#wire?.rstCode ?? NO_ERROR;
    const error = this.#resetError(code);
    if (code !== NO_ERROR || (this.local && !this.#replied)) return this.fail(error);
    // The peer sent all it had and wants no more of ours (RFC 9113 section 8.1): no error, unless somebody is still writing.
    this.#collect();
    this.#inbox.end();
    this.#unwanted = error;
    this.#outbox.fail(error);
    this.#closing?.resolve();
    this.#finish();
    this.#closed?.resolve();
  };

  #resetError(code: number): StreamsError {
    return code === REFUSED_STREAM && this.local && !this.#replied ? refusedByPeer(" unseen") : resetByPeer(code);
  }

  /** The peer's application said no. Our direction ends without a reset where nothing of it is left: resets are counted against us. */
  #refused(error: StreamsError): void {
    if (this.#finished) return;
    this.#inbox.fail(error);
    this.#end(error);
    const wire = this.#wire;
    if (wire === undefined || wire.destroyed) return;
    wire.on("error", ignore);
    this.#resume();
    if (wire.writableLength === 0) wire.end();
    else this.cut(this.#host.wireCode(undefined));
  }

  #settle(): void {
    if (this.#finished || !this.#sendEnded || !this.#inbox.ended) return;
    this.#finish();
    this.#closed?.resolve();
  }

  #end(error: StreamsError): void {
    this.#error = error;
    this.#outbox.fail(error);
    this.#opened?.reject(error);
    this.#closing?.reject(error);
    this.#finish();
    this.#closed?.reject(error);
  }

  #finish(): void {
    this.#finished = true;
    this.#host.finished(this);
  }
}

function malformedAnswer(cause: unknown): StreamsError {
  return new StreamsError("ERR_PROTOCOL", "The peer answered the stream with a malformed record.", {
    remote: true,
    cause,
  });
}
