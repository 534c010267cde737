// One stream over one node:http2 stream, which a stream that the server opens gets only when a parked request is free.

import type { Http2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { isStreamsError, type OpOptions, type Stream, type StreamStats, StreamsError } from "streams-core";
import {
  chunks,
  handled,
  hasBytes,
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
import { type Carried, carry, leftovers, pause, resume } from "./carry.js";
import { NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, refusedByPeer, resetByPeer } from "./codes.js";
import { CODE, numberIn, toHeaders } from "./fields.js";
import { resetWire, wasCut } from "./reset-wire.js";

/** What a stream asks of its session. */
export interface StreamHost {
  /** Whether the peer is Streams too. */
  readonly ours: boolean;
  /** The code on the wire for one given to `reset`. */
  wireCode(code: number | undefined): number;
  /** The peer opened a stream and reset it. */
  wasReset(): void;
  /** node:http2 ended the stream: throws nothing, but if the whole session went, it fails this stream before it returns. */
  wireClosed(stream: H2Stream, cause: unknown): void;
  /** Bytes were given to node:http2. */
  wrote(): void;
  /** Some of them left. */
  sent(): void;
  received(bytes: number): void;
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

/** What is sent, or came: as fields, which become Headers when somebody asks. */
type Source = IncomingHttpHeaders | OutgoingHttpHeaders | (() => Headers);

export class H2Stream implements Stream, Carried {
  /** Whether this end opened it. */
  readonly local: boolean;
  /** Of a stream the peer opened, while it waits to be accepted. */
  arrival: Inbound | undefined;
  /** Sweeps of the session since this half-closed stream last heard of the peer. */
  silentSweeps = 0;

  readonly #host: StreamHost;
  readonly #id: number | string;
  readonly #source: Source;
  readonly #inbox: Inbox = new Inbox();
  /** Made when a write has to wait. */
  #outbox: WaitingWrites | undefined;
  #headers: Headers | undefined;
  #wire: Http2Stream | undefined;
  #answer: AnswerReader | undefined;
  #cause: unknown;
  #paused = false;
  #replied = false;
  #reply: Headers | IncomingHttpHeaders | undefined;
  #opened: Outcome<Headers> | undefined;
  #closed: Outcome<void> | undefined;
  #closing: Outcome<void> | undefined;
  #endGiven = false;
  #sendEnded = false;
  #error: StreamsError | undefined;
  /** The peer wants no more, although nothing is wrong. */
  #unwanted: StreamsError | undefined;
  #finished = false;

  constructor(host: StreamHost, id: number | string, local: boolean, source: Source) {
    this.#host = host;
    this.#id = id;
    this.local = local;
    this.#source = source;
  }

  get id(): string {
    return String(this.#id);
  }

  get headers(): Headers {
    this.#headers ??= typeof this.#source === "function" ? this.#source() : toHeaders(this.#source);
    return this.#headers;
  }

  get opened(): Promise<Headers> {
    if (this.#opened === undefined) {
      this.#opened = new Outcome<Headers>();
      if (this.#replied) this.#opened.resolve(asHeaders(this.#reply));
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
    const read = this.#inbox.read(options);
    if (this.#paused && this.#inbox.size * 2 <= READ_AHEAD) this.#resume();
    return read;
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    const error = this.#error ?? this.#unwanted;
    if (error !== undefined) return rejected(error);
    if (this.#closing !== undefined) {
      return rejected(new StreamsError("ERR_CLOSED", "Write before close(): this end of the stream has ended."));
    }
    if (!hasBytes(chunk)) return writeNothing(chunk);
    const wire = this.#wire;
    // A reset arrived, and what came before it is still being read.
    if (wire?.aborted) return rejected(this.#resetError(wire.rstCode ?? NO_ERROR));
    const waiting = this.#outbox?.bytes ?? 0;
    if (waiting >= WRITE_AHEAD || (wire !== undefined && (waiting > 0 || wire.writableLength >= WRITE_AHEAD))) {
      return this.#waiting.add(chunk, signal, this.#flush);
    }
    if (wire !== undefined && chunk.byteLength <= WRITE_AHEAD) this.#give(wire, chunk);
    else {
      this.#waiting.push(chunk);
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
      if (this.#finished) this.#closing.resolve();
      else this.#flush();
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

  /** Whether the accepter has answered. */
  get answered(): boolean {
    return this.#replied;
  }

  get failed(): boolean {
    return this.#error !== undefined;
  }

  /** Whether node:http2 has bytes of it that have not left. */
  get unsent(): boolean {
    return this.#wire !== undefined && this.#wire.writableLength > 0;
  }

  /** Half-closed by this end, and the peer has not ended yet. */
  get lingers(): boolean {
    return this.#endGiven && !this.#inbox.ended;
  }

  /** Gives it the node:http2 stream, which must have a listener for `error` already or get none before this turn ends. */
  attach(wire: Http2Stream, answer?: AnswerReader): void {
    this.#wire = wire;
    this.#answer = answer;
    carry(wire, this, this.local && answer === undefined);
    if (this.#outbox !== undefined || this.#closing !== undefined) this.#flush();
  }

  /** The accepter's headers. */
  replied(reply: Headers | IncomingHttpHeaders | undefined): void {
    this.#replied = true;
    this.#reply = reply;
    this.#opened?.resolve(asHeaders(reply));
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
    // A reset that came just before the end of the connection, and that node:http2 has not told of yet.
    if (this.#wire?.closed && this.#wire.rstCode !== NO_ERROR) return this.onClose();
    this.#collect();
    this.#settle();
  }

  /** RST_STREAM. */
  cut(wireCode: number): void {
    if (this.#wire !== undefined && !this.#wire.destroyed) resetWire(this.#wire, wireCode);
  }

  stats(): StreamStats {
    const wire = this.#wire;
    const unsent = (this.#outbox?.bytes ?? 0) + (wire?.writableLength ?? 0);
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

  // ── opening ──

  /** To a request of ours. */
  onResponse(fields: IncomingHttpHeaders): void {
    if (this.#finished) return;
    const status = Number(fields[":status"]);
    if (status < 300) return this.replied(fields);
    this.#refused(refusedByPeer(` with status ${status}`, numberIn(fields, CODE), toHeaders(fields), this.#host.ours));
  }

  // ── reading ──

  onData(chunk: Uint8Array): void {
    this.silentSweeps = 0;
    this.#host.received(chunk.byteLength);
    if (this.#answer !== undefined) return this.#readAnswer(this.#answer, chunk);
    this.#inbox.push(chunk);
    if (this.#inbox.size < READ_AHEAD) return;
    this.#paused = true;
    if (this.#wire !== undefined) pause(this.#wire);
  }

  #resume(): void {
    this.#paused = false;
    if (this.#wire !== undefined) resume(this.#wire);
  }

  #readAnswer(reader: AnswerReader, chunk: Uint8Array): void {
    try {
      const read = reader.push(chunk);
      if (read === undefined) return;
      this.#answer = undefined;
      const { accepted, code, headers } = read.answer;
      if (accepted) {
        this.replied(headers);
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
  onEnd(): void {
    if (this.#wire?.rstCode !== NO_ERROR) return;
    this.#inbox.end();
    this.#settle();
  }

  /** What node:http2 had received while it was paused is still in it, and the end may be behind that. */
  #collect(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    const ended = !wire.destroyed && (wire.closed ? wire.rstCode === NO_ERROR : wire.state.remoteClose === 1);
    for (const chunk of leftovers(wire)) {
      if (this.#answer === undefined) this.#inbox.push(chunk);
      else this.#readAnswer(this.#answer, chunk);
    }
    if (ended) this.#inbox.end();
  }

  // ── writing ──

  get #waiting(): WaitingWrites {
    this.#outbox ??= new WaitingWrites();
    return this.#outbox;
  }

  #give(wire: Http2Stream, chunk: Uint8Array): void {
    wire.write(chunk, this.#onSent);
    this.#host.wrote();
  }

  readonly #onSent = (): void => {
    this.#host.sent();
    if (this.#outbox !== undefined) this.#flush();
  };

  /** Gives node:http2 what waits, as far as there is room, and then the end. */
  readonly #flush = (): void => {
    const outbox = this.#outbox;
    if (outbox === undefined && this.#closing === undefined) return;
    const wire = this.#wire;
    if (wire === undefined || this.#finished || wire.closed) return;
    if (outbox !== undefined) {
      while (outbox.size > 0 && wire.writableLength < WRITE_AHEAD) {
        const chunk = outbox.shift(PIECE);
        if (chunk !== undefined) this.#give(wire, chunk);
      }
      if (outbox.size > 0) return;
    }
    if (this.#closing === undefined || this.#endGiven) return;
    this.#endGiven = true;
    wire.end();
    if (!this.#inbox.ended) this.#host.lingering();
  };

  onFinish(): void {
    if (!this.#endGiven || this.#error !== undefined || this.#wire?.rstCode !== NO_ERROR) return;
    this.#sendEnded = true;
    this.#closing?.resolve();
    this.#settle();
  }

  // ── ending ──

  /** The first error that node:http2 has; `close` follows and tells the code. */
  onError(cause: unknown): void {
    this.#cause ??= cause;
  }

  onClose(): void {
    const wire = this.#wire;
    const code = wire?.rstCode ?? NO_ERROR;
    if (wire !== undefined && code !== NO_ERROR && !this.local && !wasCut(wire)) this.#host.wasReset();
    if (this.#finished) return;
    this.#host.wireClosed(this, this.#cause);
    if (this.#finished) return;
    const error = this.#resetError(code);
    if (code !== NO_ERROR || (this.local && !this.#replied)) return this.fail(error);
    // The peer sent all it had and wants no more of ours (RFC 9113 section 8.1): no error, unless somebody is still writing.
    this.#collect();
    this.#inbox.end();
    this.#unwanted = error;
    this.#outbox?.fail(error);
    this.#closing?.resolve();
    this.#finish();
    this.#closed?.resolve();
  }

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
    this.#outbox?.fail(error);
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

function asHeaders(given: Headers | IncomingHttpHeaders | undefined): Headers {
  if (given === undefined) return new Headers();
  return given instanceof Headers ? given : toHeaders(given);
}

function malformedAnswer(cause: unknown): StreamsError {
  return new StreamsError("ERR_PROTOCOL", "The peer answered the stream with a malformed record.", {
    remote: true,
    cause,
  });
}
