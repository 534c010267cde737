// Streams that the server opens. HTTP/2 lets only clients open streams, so the client parks requests that the server answers
// when it wants to open one: response headers and body are the opener's side, the request's body is the accepter's.

import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { StreamsError } from "streams-core";
import { AnswerReader } from "./answer-record.js";
import { CANCEL, REFUSED_STREAM } from "./codes.js";
import { numberIn, QUEUED } from "./fields.js";
import { resetWire } from "./reset-wire.js";
import type { H2Stream } from "./stream.js";

/** The client's side: keeps requests parked. */
export class Parked {
  readonly #least: number;
  readonly #most: number;
  readonly #request: () => ClientHttp2Stream | undefined;
  readonly #opened: (wire: ClientHttp2Stream, fields: IncomingHttpHeaders) => void;
  readonly #waiting = new Set<ClientHttp2Stream>();
  #stopped = false;

  /**
   * @param least requests to keep parked, and `most` to have parked when the server has many streams waiting
   * @param request sends one
   * @param opened the server opened a stream on it
   */
  constructor(
    least: number,
    most: number,
    request: () => ClientHttp2Stream | undefined,
    opened: (wire: ClientHttp2Stream, fields: IncomingHttpHeaders) => void,
  ) {
    this.#least = least;
    this.#most = most;
    this.#request = request;
    this.#opened = opened;
  }

  /** Parks as many requests as are missing, and as many more as the server says it has streams waiting. */
  fill(queued = 0): void {
    const wanted = Math.min(this.#least + queued, this.#most);
    while (!this.#stopped && this.#waiting.size < wanted) {
      const wire = this.#request();
      if (wire === undefined) return;
      this.#add(wire);
    }
  }

  /** Takes all of them back. */
  stop(): void {
    this.#stopped = true;
    for (const wire of this.#waiting) resetWire(wire, REFUSED_STREAM);
    this.#waiting.clear();
  }

  #add(wire: ClientHttp2Stream): void {
    this.#waiting.add(wire);
    const gone = (): void => void this.#waiting.delete(wire);
    wire.on("error", gone);
    wire.on("close", gone);
    wire.once("response", (fields) => {
      // Gone if we took it back while the answer was under way: the server learns from our reset that nobody saw its stream.
      if (!this.#waiting.delete(wire) || fields[":status"] !== 200) return;
      this.#opened(wire, fields);
      this.fill(numberIn(fields, QUEUED));
    });
  }
}

/** @types/node does not know `sendDate`. */
const ANSWER = { endStream: false, sendDate: false };

/** The server's side: the requests that are parked here, and the streams that wait for one. */
export class ParkingLot {
  readonly #free = new Set<ServerHttp2Stream>();
  readonly #queue = new Map<H2Stream, OutgoingHttpHeaders>();
  #closed = false;

  get queued(): number {
    return this.#queue.size;
  }

  /** A request was parked. */
  add(wire: ServerHttp2Stream): void {
    wire.on("error", () => {});
    wire.on("close", () => this.#free.delete(wire));
    if (this.#closed && this.#queue.size === 0) return resetWire(wire, CANCEL);
    this.#free.add(wire);
    this.#serve();
  }

  open(stream: H2Stream, fields: OutgoingHttpHeaders): void {
    this.#queue.set(stream, fields);
    this.#serve();
  }

  /** The stream was reset before it had a request. */
  forget(stream: H2Stream): void {
    this.#queue.delete(stream);
    if (this.#closed) this.close();
  }

  /** No more streams will be opened than wait already. */
  close(): void {
    this.#closed = true;
    if (this.#queue.size > 0) return;
    for (const wire of this.#free) resetWire(wire, CANCEL);
    this.#free.clear();
  }

  /** The streams that wait never get a request. */
  fail(error: StreamsError): void {
    const waiting = [...this.#queue.keys()];
    this.#queue.clear();
    for (const stream of waiting) stream.fail(error);
    this.close();
  }

  #serve(): void {
    for (const [stream, fields] of this.#queue) {
      const wire = this.#take();
      if (wire === undefined) return;
      this.#queue.delete(stream);
      if (this.#queue.size > 0) fields[QUEUED] = String(this.#queue.size);
      wire.respond(fields, ANSWER);
      stream.attach(wire, new AnswerReader());
    }
    if (this.#closed) this.close();
  }

  #take(): ServerHttp2Stream | undefined {
    for (const wire of this.#free) {
      this.#free.delete(wire);
      if (!wire.destroyed && !wire.closed) return wire;
    }
    return undefined;
  }
}
