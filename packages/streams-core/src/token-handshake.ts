// How two ends prove to each other that they know a token. Each sends 41 bytes, its hello: a name with the version, its role, 32 random
// bytes. Then the client, and after it was believed the server, sends 32 bytes: the HMAC-SHA-256 (RFC 2104), under the token, of its
// role, the client's hello and the server's. So a proof fits one connection and one direction. Who only listens at a server's port
// gets nothing to guess tokens with: the server speaks last.

import type { Conn, OpOptions } from "./contract.js";
import { isStreamsError, type StreamsError } from "./errors.js";
import { chunks } from "./kit/iterate.js";
import { byPeer } from "./kit/peer-faults.js";
import { READY, rejected } from "./kit/ready.js";
import { seemsToSpeak } from "./kit/sniff.js";

export type TokenRole = "client" | "server";

const ROLES = { client: 0, server: 1 } as const;
/** A byte that no text has, a name, line ends and an end of file to catch altered streams, the version. */
const MAGIC = [0x89, 0x54, 0x4f, 0x4b, 0x0d, 0x0a, 0x1a, 1] as const;
const NONCE = 32;
const HELLO = MAGIC.length + 1 + NONCE;
const PROOF = 32;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The connection after the handshake: itself, unless bytes behind the handshake came with it.
 * @throws ERR_AUTH_FAILED, ERR_WRONG_PROTOCOL, or what the connection failed with. The caller resets it
 */
export async function provenToken(conn: Conn, role: TokenRole, key: CryptoKey): Promise<Conn> {
  const start = new Start(conn);
  const ours = helloOf(role);
  // What is written belongs to the connection; ours is needed once more.
  await conn.write(ours.slice());
  const theirs = await start.take(HELLO, checkMagic);
  const other = role === "client" ? "server" : "client";
  if (theirs[MAGIC.length] !== ROLES[other]) throw untrusted();
  const hellos = role === "client" ? [ours, theirs] : [theirs, ours];
  const prove = async (): Promise<void> => {
    await conn.write(new Uint8Array(await crypto.subtle.sign("HMAC", key, statement(role, hellos))));
  };
  // The comparison within `verify` takes the same time wherever the first difference is.
  const believe = async (proof: Bytes): Promise<void> => {
    if (!(await crypto.subtle.verify("HMAC", key, proof, statement(other, hellos)))) throw untrusted();
  };
  if (role === "server") {
    await believe(await start.take(PROOF));
    await prove();
  } else {
    await prove();
    await believe(await start.take(PROOF).catch(refused));
  }
  return start.rest.byteLength === 0 ? conn : new StartedConn(conn, start.rest);
}

function helloOf(role: TokenRole): Bytes {
  const hello = new Uint8Array(HELLO);
  hello.set(MAGIC);
  hello[MAGIC.length] = ROLES[role];
  crypto.getRandomValues(hello.subarray(HELLO - NONCE));
  return hello;
}

/** What the proof of a role is made of. All parts have fixed lengths, so that no two statements are the same bytes. */
function statement(role: TokenRole, hellos: readonly Bytes[]): Bytes {
  return join([Uint8Array.of(ROLES[role]), ...hellos]);
}

/** Looks at what came, also when it is not enough: a peer that speaks something else may never send more. */
function checkMagic(start: Uint8Array): void {
  if (start.subarray(0, MAGIC.length).every((byte, i) => byte === MAGIC[i])) return;
  const message = `The peer seems to speak ${seemsToSpeak(start)} and to use no token, or not this version of the handshake.`;
  throw byPeer("ERR_WRONG_PROTOCOL", `${message} Use withToken() at both ends.`);
}

function untrusted(cause?: unknown): StreamsError {
  const message = "The peer does not know the token, or another one; give both ends the same.";
  return byPeer("ERR_AUTH_FAILED", message, { cause });
}

/** A server that does not believe a proof hangs up. */
function refused(cause: unknown): never {
  throw isStreamsError(cause, "ERR_TRANSPORT_LOST") || isStreamsError(cause, "ERR_RESET") ? untrusted(cause) : cause;
}

/** The first bytes of a connection: takes no more than it needs, and keeps what came with them. */
class Start {
  readonly #conn: Conn;
  rest: Bytes = new Uint8Array(0);

  constructor(conn: Conn) {
    this.#conn = conn;
  }

  /** @param check sees what has come so far */
  async take(length: number, check: (start: Uint8Array) => void = () => {}): Promise<Bytes> {
    while (this.rest.byteLength < length) {
      const chunk = await this.#conn.read();
      if (chunk === null) {
        throw byPeer("ERR_TRANSPORT_LOST", "The connection ended before the peer had proved that it knows the token.");
      }
      this.rest = join([this.rest, chunk]);
      check(this.rest);
    }
    const taken = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return taken;
  }
}

/** The connection, from which some bytes were read already that its user has yet to see. */
class StartedConn implements Conn {
  readonly #inner: Conn;
  #start: Uint8Array | undefined;
  #closing = false;

  constructor(inner: Conn, start: Uint8Array) {
    this.#inner = inner;
    this.#start = start;
  }

  get closed(): Promise<void> {
    return this.#inner.closed;
  }

  read(options?: OpOptions): Promise<Uint8Array | null> {
    const start = this.#start;
    if (start === undefined) return this.#inner.read(options);
    if (options?.signal?.aborted) return rejected(options.signal.reason);
    this.#start = undefined;
    return Promise.resolve(start);
  }

  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    return this.#inner.write(chunk, options);
  }

  close(options?: OpOptions): Promise<void> {
    this.#closing ||= !options?.signal?.aborted;
    return this.#inner.close(options);
  }

  reset(code?: number): void {
    this.#start = undefined;
    this.#inner.reset(code);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing) this.reset();
    return READY;
  }
}

function join(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
