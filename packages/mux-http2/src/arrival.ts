// A stream that the peer opened, until it is accepted or refused: as a response to its request, or, where the server opened it on a
// parked request of ours, as a record at the start of the request's body.

import type { ClientHttp2Stream, ServerHttp2Stream } from "node:http2";
import { HEADER_LIMITS, type Inbound } from "streams-core/kit";
import { encodeAnswer } from "./answer-record.js";
import { NO_ERROR, REFUSED_STREAM } from "./codes.js";
import { addFields, CODE, newFields } from "./fields.js";
import type { Settled } from "./options.js";
import type { H2Stream } from "./stream.js";

const OK = { ":status": 200 };
const FORBIDDEN = { ":status": 403 };

/** @types/node does not know `sendDate`: the application's headers are sent, and no other. */
const ANSWER = { endStream: false, sendDate: false };
const REFUSAL = { endStream: true, sendDate: false };

/** Milliseconds that the opener of a refused stream has to stop sending. */
const GRACE = 1000;

/** What an arrival asks of its session. */
export interface ArrivalHost {
  readonly ours: boolean;
  readonly options: Settled;
  /** The application took a stream. */
  tookOne(): void;
}

export class Arrival implements Inbound {
  readonly #stream: H2Stream;
  readonly #wire: ClientHttp2Stream | ServerHttp2Stream;
  readonly #host: ArrivalHost;

  constructor(stream: H2Stream, wire: ClientHttp2Stream | ServerHttp2Stream, host: ArrivalHost) {
    this.#stream = stream;
    this.#wire = wire;
    this.#host = host;
  }

  get headers(): Headers {
    return this.#stream.headers;
  }

  accept(reply: Headers | undefined): H2Stream | undefined {
    const stream = this.#stream;
    const wire = this.#wire;
    if (stream.failed || wire.destroyed || wire.closed) return undefined;
    const limits = this.#host.options.headers;
    // To a request of the client, or on a parked request of ours.
    if (!("respond" in wire)) wire.write(encodeAnswer(true, 0, reply, limits));
    else wire.respond(reply === undefined ? OK : addFields(newFields(OK), reply, limits), ANSWER);
    stream.arrival = undefined;
    stream.replied(reply);
    this.#host.tookOne();
    return stream;
  }

  refuse(headers: Headers | undefined, code: number | undefined): void {
    if (this.#stream.failed) return;
    this.#stream.refuse();
    if (this.#wire.destroyed || this.#wire.closed) return;
    // RFC 9113 section 8.7: this code promises that nothing was done with the request.
    if (headers === undefined && code === undefined) return this.#stream.cut(REFUSED_STREAM);
    const known = isCode(code) ? code : undefined;
    try {
      this.#sendRefusal(headers, known);
    } catch {
      // A refusal must not fail: headers that do not fit are left out.
      this.#sendRefusal(undefined, known);
    }
  }

  /** Throws if the headers do not fit. */
  #sendRefusal(headers: Headers | undefined, code: number | undefined): void {
    const wire = this.#wire;
    if (!("respond" in wire)) return void wire.end(encodeAnswer(false, code ?? 0, headers, HEADER_LIMITS));
    const fields = addFields(newFields(FORBIDDEN), headers, this.#host.options.headers);
    if (code !== undefined) fields[CODE] = String(code);
    wire.respond(fields, REFUSAL);
    if (!this.#host.ours) stopLater(wire);
  }
}

/** Codes are 32 bits wide. */
function isCode(code: number | undefined): boolean {
  return code !== undefined && Number.isInteger(code) && code >= 0 && code < 2 ** 32;
}

/**
 * Ours ends its request when it reads the refusal. Others may go on sending: they are told that nobody reads (RFC 9113 section 8.1),
 * but not with the answer, which curl then throws away.
 */
function stopLater(wire: ServerHttp2Stream): void {
  const timer = setTimeout(() => wire.close(NO_ERROR), GRACE).unref();
  wire.once("close", () => clearTimeout(timer));
}
