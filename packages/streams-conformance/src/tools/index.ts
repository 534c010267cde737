// What the cases work with: operations that cannot hang and say what they waited for.

import type { Conn, ErrorCode, StreamsError } from "streams-core";
import { check, checkError, type ErrorDetails, equal, equalBytes, show } from "./assert.js";
import { concat, pattern } from "./bytes.js";
import { until, within } from "./time.js";

export interface Tools {
  /** Milliseconds that any one thing may take. */
  readonly deadline: number;
  within<T>(what: string, work: PromiseLike<T>): Promise<T>;
  /** As `within`, for work of many megabytes or many streams. */
  withinLong<T>(what: string, work: PromiseLike<T>): Promise<T>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Fails unless `work` rejects with a StreamsError of one of the codes, and the details given. */
  rejects(
    what: string,
    work: PromiseLike<unknown>,
    codes: ErrorCode | readonly ErrorCode[],
    details?: ErrorDetails,
  ): Promise<StreamsError>;
  /** Fails unless `work` rejects with exactly this: what an abort does. */
  rejectsWith(what: string, work: PromiseLike<unknown>, reason: unknown): Promise<void>;
  read(conn: Conn): Promise<Uint8Array | null>;
  /** Exactly so many bytes; fails if the pipe ends before, or gives more. */
  readExactly(conn: Conn, length: number): Promise<Uint8Array>;
  /** Everything until the end; fails if the pipe fails. */
  readAll(conn: Conn): Promise<Uint8Array>;
  /** Everything until the end (`error` is undefined) or the failure. */
  drain(conn: Conn): Promise<Drained>;
  write(conn: Conn, chunk: Uint8Array): Promise<void>;
  close(conn: Conn): Promise<void>;
  /** Fails unless bytes pass in both directions. */
  alive(near: Conn, far: Conn): Promise<void>;
  /** Fails unless the pipe's read gives the end. */
  ended(conn: Conn): Promise<void>;
}

export interface Drained {
  readonly bytes: Uint8Array;
  readonly clean: boolean;
  readonly error: unknown;
}

const LONG = 10;

export function tools(deadline: number): Tools {
  const t: Tools = {
    deadline,
    within: (what, work) => within(what, work, deadline),
    withinLong: (what, work) => within(what, work, deadline * LONG),
    until: (what, condition) => until(what, condition, deadline),
    async rejects(what, work, codes, details) {
      return checkError(await rejection(what, work, deadline), codes, what, details);
    },
    async rejectsWith(what, work, reason) {
      const error = await rejection(what, work, deadline);
      check(error === reason, `${what}: expected the reason of the abort itself, got ${show(error)}`);
    },
    read: (conn) => within("a chunk, or the end", conn.read(), deadline),
    async readExactly(conn, length) {
      const chunks: Uint8Array[] = [];
      for (let size = 0; size < length; ) {
        const chunk = await within(`byte ${size} of ${length}`, conn.read(), deadline);
        check(chunk !== null, `the pipe ended after ${size} of ${length} bytes`);
        chunks.push(chunk);
        size += chunk.byteLength;
      }
      const all = concat(chunks);
      equal(all.byteLength, length, "bytes received");
      return all;
    },
    async readAll(conn) {
      const { bytes, clean, error } = await t.drain(conn);
      check(clean, `expected the end after ${bytes.byteLength} bytes, got ${show(error)}`);
      return bytes;
    },
    async drain(conn) {
      const chunks: Uint8Array[] = [];
      try {
        for (;;) {
          const chunk = await within("a chunk, the end or a failure", conn.read(), deadline);
          if (chunk === null) return { bytes: concat(chunks), clean: true, error: undefined };
          check(chunk.byteLength > 0, "read gave an empty chunk");
          chunks.push(chunk);
        }
      } catch (error) {
        return { bytes: concat(chunks), clean: false, error };
      }
    },
    write: (conn, chunk) => within(`room for ${chunk.byteLength} bytes`, conn.write(chunk), deadline),
    close: (conn) => within("close() to resolve", conn.close(), deadline),
    async alive(near, far) {
      const there = pattern(100, 7);
      const back = pattern(100, 8);
      await t.write(near, there.slice());
      equalBytes(await t.readExactly(far, 100), there, "what the far end read");
      await t.write(far, back.slice());
      equalBytes(await t.readExactly(near, 100), back, "what the near end read");
    },
    async ended(conn) {
      equal(await within("the end", conn.read(), deadline), null, "read");
    },
  };
  return t;
}

/** What `work` rejects with. @throws when it resolves */
async function rejection(what: string, work: PromiseLike<unknown>, deadline: number): Promise<unknown> {
  const nothing = Symbol("resolved");
  const error = await within(
    `the rejection: ${what}`,
    work.then(
      () => nothing,
      (reason: unknown) => reason,
    ),
    deadline,
  );
  check(error !== nothing, `${what}: expected a rejection, it resolved`);
  return error;
}

/** Writes so many bytes in chunks of 64 KiB and waits for none of them. Returns the promises. */
export function flood(conn: Conn, whole: Uint8Array): Promise<void>[] {
  const writes: Promise<void>[] = [];
  for (let at = 0; at < whole.byteLength; at += FLOOD_CHUNK) {
    writes.push(conn.write(whole.slice(at, at + FLOOD_CHUNK)));
  }
  return writes;
}

const FLOOD_CHUNK = 64 * 1024;
