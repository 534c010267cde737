// Everything that can be set, for both roles in one object, checked once when the mux is made.

import { StreamsError } from "streams-core";
import { HEADER_LIMITS, milliseconds, oneOf, wholeNumber } from "streams-core/kit";
import type { HostKeyCheck } from "./host-key.js";
import type { Authenticate, User } from "./logins.js";

export interface SshOptions {
  // Client

  /** Client: the name to log in with. Required there. */
  readonly username?: string;
  /** Client: the password. Also answers a server that asks for it by keyboard-interactive. */
  readonly password?: string;
  /** Client: a private key, PEM or OpenSSH text. Tried before the password. */
  readonly privateKey?: string | Uint8Array;
  /** Client: what decrypts `privateKey`. */
  readonly passphrase?: string;
  /** Client: path of an ssh-agent's socket, usually `process.env.SSH_AUTH_SOCK`. */
  readonly agent?: string;
  /** Client: which host keys are the right ones. Required there: without it any machine on the way could pose as the server. */
  readonly hostKey?: HostKeyCheck;
  /** Client, to a stock server only: addresses that the server shall listen on; each connection arrives as a stream. Default: none. */
  readonly forward?: readonly Forward[];

  // Server

  /** Server: private host keys, PEM or OpenSSH text, one of each type. Required there. */
  readonly hostKeys?: readonly (string | Uint8Array)[];
  /** Server: who may log in, and with what. This or `authenticate` is required there: nobody is let in by default. */
  readonly users?: Readonly<Record<string, User>>;
  /** Server: decides about each login attempt instead of `users`. One that throws refuses. */
  readonly authenticate?: Authenticate;

  // Both

  /**
   * Who is at the other end. `auto` (default) recognises our own kind by its SSH version string; `streams` refuses everybody else;
   * `stock` neither looks for the sign nor shows it, so that both ends behave as any SSH program.
   */
  readonly peer?: "auto" | "streams" | "stock";
  /** Milliseconds until the peer is logged in. Default 10,000: a login with a slow key derivation takes one or two seconds. */
  readonly handshakeTimeout?: number;
  /** Milliseconds between keepalive messages. Default 30,000: below what NATs and proxies forget. */
  readonly keepaliveInterval?: number;
  /**
   * Milliseconds of silence after a keepalive until the session is given up, and that its last words may wait for a peer that takes
   * nothing. Default 10,000.
   */
  readonly keepaliveTimeout?: number;
  /** Milliseconds that a stream closed by this end may stay silent before it is reset. Default 300,000. */
  readonly halfCloseLinger?: number;
  /** Server: bytes both ways after which new keys are agreed on. Default 1,073,741,824, as RFC 4253 section 9 advises. */
  readonly rekeyBytes?: number;
  /** Streams of the peer open at once; more are refused. Default 1,000. */
  readonly maxInboundStreams?: number;
  /** Streams that may wait for `listen` and `accept`, and stock sessions for their command; more are refused. Default 128. */
  readonly acceptBacklog?: number;
  /** Bytes of encoded headers. Default 16,384, at most 20,000: they travel in one SSH packet. */
  readonly maxHeaderBytes?: number;
  /**
   * Between our own ends: bytes of a stream that may arrive before they are read. Default 2,097,152, as OpenSSH and ssh2 grant:
   * 40 MB/s at 50 ms, and no stream holds more. To a stock peer it is what ssh2 grants: 2 MiB.
   */
  readonly window?: number;
  /** Bytes that a stream takes from `write` before it waits. Default 262,144: two turns of the scheduler and one of the writer. */
  readonly writeBuffer?: number;
}

/** An address on the server's side, as in `ssh -R`. */
export interface Forward {
  /** As the server shall bind it: `localhost`, `""` for every interface, or an address. */
  readonly host: string;
  /** 0 lets the server choose. */
  readonly port: number;
  /** Called with the port before `ready` resolves. */
  readonly granted?: (port: number) => void;
}

export type Limits = Required<
  Pick<
    SshOptions,
    | "peer"
    | "handshakeTimeout"
    | "keepaliveInterval"
    | "keepaliveTimeout"
    | "halfCloseLinger"
    | "maxInboundStreams"
    | "acceptBacklog"
    | "maxHeaderBytes"
    | "window"
    | "rekeyBytes"
    | "writeBuffer"
  >
>;

/** @throws ERR_OPTION_INVALID */
export function checkLimits(options: SshOptions): Limits {
  return {
    peer: oneOf("peer", options.peer, "auto", ["auto", "streams", "stock"]),
    handshakeTimeout: milliseconds("handshakeTimeout", options.handshakeTimeout, 10_000),
    keepaliveInterval: milliseconds("keepaliveInterval", options.keepaliveInterval, 30_000),
    keepaliveTimeout: milliseconds("keepaliveTimeout", options.keepaliveTimeout, 10_000),
    halfCloseLinger: milliseconds("halfCloseLinger", options.halfCloseLinger, 300_000),
    maxInboundStreams: wholeNumber("maxInboundStreams", options.maxInboundStreams, 1000),
    acceptBacklog: wholeNumber("acceptBacklog", options.acceptBacklog, 128),
    maxHeaderBytes: wholeNumber("maxHeaderBytes", options.maxHeaderBytes, HEADER_LIMITS.bytes, { max: 20_000 }),
    rekeyBytes: wholeNumber("rekeyBytes", options.rekeyBytes, 1024 ** 3),
    window: wholeNumber("window", options.window, 2 * 1024 * 1024, { max: 2 ** 31 - 1 }),
    writeBuffer: wholeNumber("writeBuffer", options.writeBuffer, 256 * 1024),
  };
}

export function optionError(message: string, cause?: unknown): StreamsError {
  return new StreamsError("ERR_OPTION_INVALID", message, { cause });
}
