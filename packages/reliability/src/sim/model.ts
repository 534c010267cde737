// What streams must deliver: sent = delivered + dropped by a reset, in order and byte for byte; an end only after everything; an
// error only for a reason that the run knows of.

import type { Role } from "mux-engine";
import { isStreamsError } from "streams-core";
import { Random } from "./random.js";

/** A prime, so that no piece of a usual size repeats where another could be mistaken for it. */
const PERIOD = 65_521;
export const LARGEST_WRITE = 300_000;

const CONTENT = contentOf(PERIOD + LARGEST_WRITE);

/** One direction of a stream. Its content is a window on one pattern: comparing with it is stronger than comparing hashes. */
export class Way {
  readonly #offset: number;
  written = 0;
  delivered = 0;
  /** Its writer called `close`; its reader read the end. */
  closed = false;
  ended = false;

  constructor(offset: number) {
    this.#offset = offset;
  }

  /** The next bytes to write, at most LARGEST_WRITE. */
  next(length: number): Uint8Array {
    const chunk = this.#content(this.written, length);
    this.written += length;
    return chunk;
  }

  /** @returns what is wrong, if anything is */
  got(chunk: Uint8Array): string | undefined {
    const at = this.delivered;
    this.delivered += chunk.byteLength;
    if (chunk.byteLength === 0) return "an empty chunk was read";
    if (this.ended) return "bytes came after the end";
    if (this.delivered > this.written) return `${this.delivered} bytes came of ${this.written} that were written`;
    if (!this.#equals(chunk, at)) return `other bytes came than were written, somewhere from ${at} on`;
    return undefined;
  }

  gotEnd(): string | undefined {
    this.ended = true;
    if (!this.closed) return "the end came, but nobody closed";
    if (this.delivered < this.written) return `the end came after ${this.delivered} of ${this.written} bytes`;
    return undefined;
  }

  #equals(chunk: Uint8Array, at: number): boolean {
    for (let done = 0; done < chunk.byteLength; done += LARGEST_WRITE) {
      const piece = chunk.subarray(done, done + LARGEST_WRITE);
      if (Buffer.compare(piece, this.#content(at + done, piece.byteLength)) !== 0) return false;
    }
    return true;
  }

  #content(at: number, length: number): Uint8Array {
    const start = (this.#offset + at) % PERIOD;
    return CONTENT.subarray(start, start + length);
  }
}

/** One stream, as both ends should see it. */
export class Line {
  readonly id: string;
  readonly opener: Role;
  readonly name: string;
  readonly ways: Record<Role, Way>;
  /** What each end did to it, with its code. */
  readonly resets: Partial<Record<Role, number>> = {};
  readonly stops: Partial<Record<Role, number>> = {};
  /** The accepting application got it, or refused it with a code. */
  surfaced = false;
  /** The reply header that a handler accepted it with. */
  accepted: string | undefined;
  /** The opener was told that it was accepted. */
  opened = false;
  refused: number | undefined;
  /** The opener was told that it is safe to open it again. */
  retryable = false;

  constructor(id: string, opener: Role, name: string, random: Random) {
    this.id = id;
    this.opener = opener;
    this.name = name;
    this.ways = { client: new Way(random.below(PERIOD)), server: new Way(random.below(PERIOD)) };
  }

  /** Whether anybody did something to it after which it need not arrive whole. */
  get broken(): boolean {
    return [this.resets, this.stops].some((done) => Object.keys(done).length > 0);
  }
}

/** What happened to the session as a whole. */
export interface Reasons {
  /** The link broke, fell silent or ended early, or an end gave up on it. */
  readonly lost: boolean;
  /** A session gave up on its peer, and told it. */
  readonly timedOut: boolean;
  /** Somebody called `close` on the session. */
  readonly closed: boolean;
  /** Streams may be refused without a word of the application: a limit, a drain, a listener that is closed. */
  readonly refusing: boolean;
}

/** Why the error is wrong here, or undefined where it is right. */
export function judgeError(error: unknown, who: Role, line: Line, reasons: Reasons): string | undefined {
  if (!isStreamsError(error)) return `${String(error)} is no StreamsError`;
  const wrong = `${error.code} (${error.message}; remote ${error.remote}, code ${error.resetCode}) without a reason`;
  if (error.retryable) line.retryable = true;
  if (error.code === "ERR_RESET") {
    const by = error.remote ? otherThan(who) : who;
    const known = error.resetCode !== undefined && [line.resets[by], line.stops[by]].includes(error.resetCode);
    return known ? undefined : wrong;
  }
  if (error.code === "ERR_REFUSED") {
    const known = line.refused === undefined ? reasons.refusing : error.resetCode === line.refused || reasons.refusing;
    return known && who === line.opener && error.remote && error.retryable ? undefined : wrong;
  }
  // An end of the transport is a loss for a stream, never the session's clean end.
  if (error.code === "ERR_SESSION_CLOSED") return reasons.closed || reasons.timedOut ? undefined : wrong;
  return isOver(error.code, reasons) ? undefined : wrong;
}

/** Whether the code is one that a session which ended for these reasons ends with. */
export function isOver(code: string, { lost, closed }: Reasons): boolean {
  if (code === "ERR_SESSION_CLOSED") return lost || closed;
  return lost && (code === "ERR_TRANSPORT_LOST" || code === "ERR_TIMEOUT");
}

export function otherThan(role: Role): Role {
  return role === "client" ? "server" : "client";
}

function contentOf(length: number): Uint8Array {
  const random = new Random(length);
  const content = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) content[i] = i < PERIOD ? random.next() : (content[i - PERIOD] ?? 0);
  return content;
}
