// A stream that the peer opened, until it is accepted or refused: as a response to its request, or, where the server opened it on a
// parked request of ours, as a record at the start of the request's body.

import type { ClientHttp2Stream, Http2Stream, ServerHttp2Stream } from "node:http2";
import { HEADER_LIMITS, type HeaderLimits, type Inbound } from "streams-core/kit";
import { encodeAnswer } from "./answer-record.js";
import { NO_ERROR, REFUSED_STREAM } from "./codes.js";
import { addFields, CODE, newFields } from "./fields.js";
import type { H2Stream } from "./stream.js";

/** @types/node does not know `sendDate`: the application's headers are sent, and no other. */
const ANSWER = { endStream: false, sendDate: false };
const REFUSAL = { endStream: true, sendDate: false };

/** Milliseconds that the opener of a refused stream has to stop sending. */
const GRACE = 1000;

/** How the peer is told. Both throw if the headers do not fit. */
interface Teller {
  accept(reply: Headers | undefined): void;
  refuse(headers: Headers | undefined, code: number | undefined): void;
}

export class Arrival implements Inbound {
  readonly #stream: H2Stream;
  readonly #wire: Http2Stream;
  readonly #teller: Teller;
  readonly #accepted: () => void;

  /** @param accepted called when the application takes the stream */
  constructor(stream: H2Stream, wire: Http2Stream, teller: Teller, accepted: () => void) {
    this.#stream = stream;
    this.#wire = wire;
    this.#teller = teller;
    this.#accepted = accepted;
  }

  get headers(): Headers {
    return this.#stream.headers;
  }

  accept(reply: Headers | undefined): H2Stream | undefined {
    if (this.#stream.failed || this.#wire.destroyed || this.#wire.closed) return undefined;
    this.#teller.accept(reply);
    this.#stream.arrival = undefined;
    this.#stream.replied(() => reply ?? new Headers());
    this.#accepted();
    return this.#stream;
  }

  refuse(headers: Headers | undefined, code: number | undefined): void {
    if (this.#stream.failed) return;
    this.#stream.refuse();
    if (this.#wire.destroyed || this.#wire.closed) return;
    // RFC 9113 section 8.7: this code promises that nothing was done with the request.
    if (headers === undefined && code === undefined) return this.#stream.cut(REFUSED_STREAM);
    const known = isCode(code) ? code : undefined;
    try {
      this.#teller.refuse(headers, known);
    } catch {
      // A refusal must not fail: headers that do not fit are left out.
      this.#teller.refuse(undefined, known);
    }
  }
}

/** Codes are 32 bits wide. */
function isCode(code: number | undefined): boolean {
  return code !== undefined && Number.isInteger(code) && code >= 0 && code < 2 ** 32;
}

/** To a request of the client. */
export function byResponse(wire: ServerHttp2Stream, limits: HeaderLimits, ours: boolean): Teller {
  return {
    accept(reply) {
      wire.respond(addFields(newFields({ ":status": 200 }), reply, limits), ANSWER);
    },
    refuse(headers, code) {
      const fields = addFields(newFields({ ":status": 403 }), headers, limits);
      if (code !== undefined) fields[CODE] = String(code);
      wire.respond(fields, REFUSAL);
      if (!ours) stopLater(wire);
    },
  };
}

/** On a parked request of ours. */
export function byRecord(wire: ClientHttp2Stream, limits: HeaderLimits): Teller {
  return {
    accept(reply) {
      wire.write(encodeAnswer(true, 0, reply, limits));
    },
    refuse(headers, code) {
      wire.end(encodeAnswer(false, code ?? 0, headers, HEADER_LIMITS));
    },
  };
}

/**
 * Ours ends its request when it reads the refusal. Others may go on sending: they are told that nobody reads (RFC 9113 section 8.1),
 * but not with the answer, which curl then throws away.
 */
function stopLater(wire: ServerHttp2Stream): void {
  const timer = setTimeout(() => wire.close(NO_ERROR), GRACE).unref();
  wire.once("close", () => clearTimeout(timer));
}
