// The limits of a session and their defaults. Every one is finite.

import { HEADER_LIMITS, type HeaderLimits, milliseconds, wholeNumber } from "streams-core/kit";

export interface SessionOptions {
  /** Streams of the peer that may be open at once; more are refused. Default 1,000. */
  readonly maxInboundStreams?: number;
  /** Streams of the peer that may wait for a listener, its handler or `accept`; more are refused. Default 128. */
  readonly acceptBacklog?: number;
  /** Bytes a stream may receive unread at first. Every stream is guaranteed that much. Default 65,536; 16,384 to 16 MiB. */
  readonly initialWindow?: number;
  /** Bytes a stream's window may grow to while its reader keeps up with the link. Default 16 MiB. */
  readonly maxWindow?: number;
  /** What the windows of all streams together may grow beyond their initial size, in bytes. Default 32 MiB. */
  readonly growthBudget?: number;
  /** Payload of the largest data frame to send and to take, in bytes. Default 65,536; 16,384 to 1 MiB. */
  readonly maxFrame?: number;
  /** Bytes of a header block on the wire. Default 16,384, which is the most. */
  readonly maxHeaderBytes?: number;
  /** Fields of a header block. Default 128. */
  readonly maxHeaderFields?: number;
  /** Frames the peer provoked that may wait for the transport; with more, nothing is read until it takes them. Default 1,000. */
  readonly maxQueuedControl?: number;
  /** Answers to pings that may wait for the transport; further pings go unanswered, and a flood of them ends the session. Default 32. */
  readonly maxQueuedPongs?: number;
  /** Streams the peer may open and reset, or stop, at once, and per second after that; more end the session. Defaults 1,000 and 100. */
  readonly resetBurst?: number;
  readonly resetRate?: number;
  /** Milliseconds until the peer must have shown that it speaks this wire. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** Milliseconds that a stream we half-closed may stay silent before it is reset. Default 300,000. */
  readonly halfCloseLinger?: number;
  /** Milliseconds that the transport may take nothing while there is something to send. Default 30,000. */
  readonly writeStallTimeout?: number;
  /** Milliseconds without a byte from the peer before it is pinged. Default 30,000. */
  readonly keepaliveInterval?: number;
  /** Milliseconds that it may take to answer that. Default 10,000. */
  readonly keepaliveTimeout?: number;
}

export interface Limits extends Readonly<Required<Omit<SessionOptions, "maxHeaderBytes" | "maxHeaderFields">>> {
  readonly headers: HeaderLimits;
}

const MiB = 1024 * 1024;

/** @throws ERR_OPTION_INVALID */
export function limitsOf(o: SessionOptions): Limits {
  const initialWindow = wholeNumber("initialWindow", o.initialWindow, 64 * 1024, { min: 16 * 1024, max: 16 * MiB });
  return {
    initialWindow,
    maxInboundStreams: wholeNumber("maxInboundStreams", o.maxInboundStreams, 1000),
    acceptBacklog: wholeNumber("acceptBacklog", o.acceptBacklog, 128),
    maxWindow: wholeNumber("maxWindow", o.maxWindow, Math.max(16 * MiB, initialWindow), {
      min: initialWindow,
      max: 1024 * MiB,
    }),
    growthBudget: wholeNumber("growthBudget", o.growthBudget, 32 * MiB),
    maxFrame: wholeNumber("maxFrame", o.maxFrame, 64 * 1024, { min: 16 * 1024, max: MiB }),
    headers: {
      bytes: wholeNumber("maxHeaderBytes", o.maxHeaderBytes, HEADER_LIMITS.bytes, { max: HEADER_LIMITS.bytes }),
      fields: wholeNumber("maxHeaderFields", o.maxHeaderFields, HEADER_LIMITS.fields),
    },
    maxQueuedControl: wholeNumber("maxQueuedControl", o.maxQueuedControl, 1000),
    maxQueuedPongs: wholeNumber("maxQueuedPongs", o.maxQueuedPongs, 32),
    resetBurst: wholeNumber("resetBurst", o.resetBurst, 1000),
    resetRate: wholeNumber("resetRate", o.resetRate, 100),
    handshakeTimeout: milliseconds("handshakeTimeout", o.handshakeTimeout, 10_000),
    halfCloseLinger: milliseconds("halfCloseLinger", o.halfCloseLinger, 300_000),
    writeStallTimeout: milliseconds("writeStallTimeout", o.writeStallTimeout, 30_000),
    keepaliveInterval: milliseconds("keepaliveInterval", o.keepaliveInterval, 30_000),
    keepaliveTimeout: milliseconds("keepaliveTimeout", o.keepaliveTimeout, 10_000),
  };
}
