// The options of a session and their defaults. Every limit is finite.

import { StreamsError } from "streams-core";
import { HEADER_LIMITS, type HeaderLimits, milliseconds, oneOf, printable, wholeNumber } from "streams-core/kit";
import { PARKING } from "./fields.js";

export interface Http2Options {
  /** The `:path` of the requests that streams are opened with; servers route by it. It begins with `/`. Default `/streams`. */
  readonly path?: string;
  /**
   * Their `:authority`, a host or `host:port`, for servers that look at it. Default `streams.invalid`, a name that never resolves
   * (RFC 6761).
   */
  readonly authority?: string;
  /**
   * `detect`: say in SETTINGS that this is Streams, and let the server open streams when the peer says so too.
   * `stock`: treat the peer as any other HTTP/2 program. Default `detect`; a stock peer ignores the setting (RFC 9113 section 6.5.2).
   */
  readonly peer?: "detect" | "stock";
  /**
   * Bytes that one stream may receive unread, the SETTINGS_INITIAL_WINDOW_SIZE. Default 1 MiB, 20 MB/s per stream at a round trip
   * of 50 ms: node:http2 cannot grow the window of one stream. Worst case in memory: times `maxInboundStreams`.
   */
  readonly streamWindow?: number;
  /**
   * Bytes in flight on the whole connection. Default 16 MiB. It bounds speed and not memory: node:http2 gives this credit back when
   * bytes arrive, so that a stream nobody reads never stops the others.
   */
  readonly sessionWindow?: number;
  /** Streams of the peer that may be open at once; more are refused. Default 1,000. */
  readonly maxInboundStreams?: number;
  /** Streams of the peer that may wait for a listener, its handler or `accept`; more are refused. Default 128. */
  readonly acceptBacklog?: number;
  /** Client: requests kept open for the server to open its streams on; each costs both ends a few KiB. Default 4. */
  readonly parked?: number;
  /** Server: streams opened here that may wait for a parked request; more are refused at once. Default 16,384. */
  readonly maxQueuedOpens?: number;
  /** Bytes of one header block, counted as names and values plus 3 for each field. Default 16,384, which is the most. */
  readonly maxHeaderBytes?: number;
  /** Fields of a header block. Default 128, which is the most. */
  readonly maxHeaderFields?: number;
  /** Milliseconds until the peer must have shown that it speaks HTTP/2. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** Milliseconds that a stream we half-closed may stay silent before it is reset. Default 300,000. */
  readonly halfCloseLinger?: number;
  /** Milliseconds without a byte from the peer before it is pinged. Default 30,000. */
  readonly keepaliveInterval?: number;
  /**
   * Milliseconds that it may take to answer that, and that the last words of a session may wait for a peer that takes nothing.
   * Default 10,000.
   */
  readonly keepaliveTimeout?: number;
}

export interface Settled extends Readonly<Required<Omit<Http2Options, "maxHeaderBytes" | "maxHeaderFields">>> {
  readonly headers: HeaderLimits;
}

const MiB = 1024 * 1024;
/** RFC 9113 section 6.9.1. */
const MAX_WINDOW = 2 ** 31 - 1;
/** The window that every connection and stream starts with, RFC 9113 section 6.9.2. */
const FIRST_WINDOW = 65_535;

/** @throws ERR_OPTION_INVALID */
export function settle(o: Http2Options): Settled {
  const window = { min: FIRST_WINDOW, max: MAX_WINDOW };
  return {
    path: text("path", o.path, "/streams", /^\/[\x21-\x7e]*$/, "begin with / and have no spaces"),
    authority: text("authority", o.authority, "streams.invalid", /^[\w.:[\]%~-]+$/, "be a host, or host:port"),
    peer: oneOf("peer", o.peer, "detect", ["detect", "stock"]),
    streamWindow: wholeNumber("streamWindow", o.streamWindow, MiB, window),
    sessionWindow: wholeNumber("sessionWindow", o.sessionWindow, 16 * MiB, window),
    maxInboundStreams: wholeNumber("maxInboundStreams", o.maxInboundStreams, 1000, { max: 2 ** 30 }),
    acceptBacklog: wholeNumber("acceptBacklog", o.acceptBacklog, 128),
    parked: wholeNumber("parked", o.parked, 4, { max: 1000 }),
    maxQueuedOpens: wholeNumber("maxQueuedOpens", o.maxQueuedOpens, 16_384),
    headers: {
      bytes: wholeNumber("maxHeaderBytes", o.maxHeaderBytes, HEADER_LIMITS.bytes, { max: HEADER_LIMITS.bytes }),
      fields: wholeNumber("maxHeaderFields", o.maxHeaderFields, HEADER_LIMITS.fields, { max: HEADER_LIMITS.fields }),
    },
    handshakeTimeout: milliseconds("handshakeTimeout", o.handshakeTimeout, 10_000),
    halfCloseLinger: milliseconds("halfCloseLinger", o.halfCloseLinger, 300_000),
    keepaliveInterval: milliseconds("keepaliveInterval", o.keepaliveInterval, 30_000),
    keepaliveTimeout: milliseconds("keepaliveTimeout", o.keepaliveTimeout, 10_000),
  };
}

function text(name: string, value: string | undefined, fallback: string, allowed: RegExp, rule: string): string {
  if (value === undefined) return fallback;
  if (typeof value === "string" && allowed.test(value) && value !== PARKING) return value;
  throw new StreamsError("ERR_OPTION_INVALID", `Option ${name} must ${rule}, not ${printable(String(value))}.`);
}
