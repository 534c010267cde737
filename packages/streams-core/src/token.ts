// A secret that both ends know, for transports that let everybody in: checked before anything else is made of a connection.

import type { Conn, OpOptions, Server, Transport } from "./contract.js";
import { StreamsError } from "./errors.js";
import { onAbort, raceAbort } from "./kit/abort.js";
import { accepted } from "./kit/iterate.js";
import { milliseconds, wholeNumber } from "./kit/options.js";
import { byPeer } from "./kit/peer-faults.js";
import { handled, handling } from "./kit/ready.js";
import { ServerQueue } from "./kit/server-queue.js";
import { provenToken, type TokenRole } from "./token-handshake.js";

export interface TokenOptions {
  /** What both ends know, at least 16 bytes; a string counts as UTF-8. Make it random: 32 bytes, in hex or base64. */
  readonly token: string | Uint8Array;
  /** Milliseconds in which the peer must have proved that it knows the token. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** Server: connections that may be without proof at once; one more ends the oldest of them, told as ERR_CALM. Default 128. */
  readonly maxPending?: number;
  /** Server: told of each connection that ended without proof. Default: nobody is. */
  readonly onRejected?: (error: unknown) => void;
}

/** The most guesses are made of short secrets, by machines. RFC 2104 section 3 discourages keys below the hash's 32 bytes. */
const SHORTEST = 16;

/**
 * The transport, whose connections are given out only once both ends have proved to each other that they know the token. The token
 * itself is never sent. It keeps strangers out and nothing else: what follows is neither encrypted nor protected against change.
 * A connection fails with ERR_AUTH_FAILED without the right token, ERR_TIMEOUT, or ERR_WRONG_PROTOCOL when the peer uses no token at all.
 * @throws ERR_OPTION_INVALID; ERR_UNSUPPORTED where the platform has no `crypto.subtle`
 */
export function withToken(transport: Transport, options: TokenOptions): Transport {
  const secret = secretOf(options.token);
  const timeout = milliseconds("handshakeTimeout", options.handshakeTimeout, 10_000);
  const maxPending = wholeNumber("maxPending", options.maxPending, 128);
  const { onRejected } = options;
  // Where a page is no secure context there is none, whatever the types say.
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new StreamsError(
      "ERR_UNSUPPORTED",
      "withToken() needs crypto.subtle; a page must be served over https for it.",
    );
  }
  const key = handled(subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]));
  const prove = (conn: Conn, role: TokenRole, signal: AbortSignal | undefined): Promise<Conn> =>
    inTime(conn, timeout, signal, async () => provenToken(conn, role, await key));

  const dial: Transport["dial"] = async (url, o) => prove(await transport.dial(url, o), "client", o?.signal);
  const serve = async (url: URL, o?: OpOptions): Promise<Server<Conn>> => {
    const strangers = await transport.serve(url, o);
    /** The oldest first. */
    const pending = new Set<AbortController>();
    const conns = new ServerQueue<Conn>(strangers.url, {
      stop: () => {
        for (const one of pending) one.abort(new StreamsError("ERR_SESSION_CLOSED", "The server was closed."));
        return strangers.close();
      },
      discard: (conn) => conn.reset(),
    });
    const check = (conn: Conn): void => {
      const [oldest] = pending;
      if (oldest !== undefined && pending.size >= maxPending) {
        pending.delete(oldest);
        oldest.abort(crowded(maxPending));
      }
      const stop = new AbortController();
      pending.add(stop);
      const proving = prove(conn, "server", stop.signal).finally(() => pending.delete(stop));
      handled(proving.then((proven) => conns.push(proven), onRejected));
    };
    handled(
      (async () => {
        try {
          for await (const conn of accepted(strangers)) check(conn);
        } finally {
          handled(conns.close());
        }
      })(),
    );
    return conns;
  };
  return { dial: handling(dial), serve: handling(serve) };
}

/** What `work` makes of the connection, which is reset, without a word why, if that fails, takes too long or is aborted. */
async function inTime(
  conn: Conn,
  timeout: number,
  signal: AbortSignal | undefined,
  work: () => Promise<Conn>,
): Promise<Conn> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(late(timeout)), timeout);
  const forget = onAbort(signal, (reason) => stop.abort(reason));
  if (signal?.aborted) stop.abort(signal.reason);
  try {
    return await raceAbort(work(), stop.signal);
  } catch (error) {
    conn.reset();
    throw error;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** A copy of the token's bytes. Errors do not repeat what was given: it may be part of a secret. */
function secretOf(token: unknown): Uint8Array<ArrayBuffer> {
  if (typeof token !== "string" && !(token instanceof Uint8Array)) {
    throw new StreamsError("ERR_OPTION_INVALID", "Option token must be a string or a Uint8Array.");
  }
  const secret = typeof token === "string" ? new TextEncoder().encode(token) : new Uint8Array(token);
  if (secret.byteLength >= SHORTEST) return secret;
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    `Option token has ${secret.byteLength} bytes and must have at least ${SHORTEST}; take 32 random ones.`,
  );
}

function late(timeout: number): StreamsError {
  return byPeer("ERR_TIMEOUT", `The peer did not prove within ${timeout} ms that it knows the token.`);
}

function crowded(most: number): StreamsError {
  return byPeer("ERR_CALM", `More than ${most} connections came before this one had proved that it knows the token.`);
}
