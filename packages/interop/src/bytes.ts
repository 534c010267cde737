// Bytes that both ends make from a seed, and what is told of bytes instead of the bytes.

import { createHash } from "node:crypto";
import type { Conn } from "streams-core";
import type { Transfer } from "./peer.js";

/** xorshift32, four bytes a step: the same bytes as the Go peers make of the same seed. */
export function randomBytes(seed: number, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = Math.imul(seed, 2654435761) | 1;
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What `length` bytes of a seed look like when all of them arrived. */
export function seeded(seed: number, length: number): Pick<Transfer, "length" | "sha256"> {
  return { length, sha256: sha256(randomBytes(seed, length)) };
}

/** Takes what is read or written, and tells of it. */
export class Tally {
  readonly #hash = createHash("sha256");
  readonly #head: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    if (this.#length < 64) this.#head.push(bytes.slice(0, 64 - this.#length));
    this.#length += bytes.byteLength;
    this.#hash.update(bytes);
  }

  /** @param error what ended it, if anything did */
  done(end: boolean, error?: unknown): Transfer {
    const told = { length: this.#length, sha256: this.#hash.digest("hex"), head: hex(this.#head), end };
    return error === undefined ? told : { ...told, error: { message: String(error), code: codeOf(error) } };
  }
}

const hex = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString("hex");

function codeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && "resetCode" in error ? error.resetCode : undefined;
  return typeof code === "number" ? code : undefined;
}

/** Reads a stream of ours to its end, or to `length` bytes at least. A failure is in the transfer and not thrown. */
export async function readAll(stream: Conn, length: number = Number.POSITIVE_INFINITY): Promise<Transfer> {
  const tally = new Tally();
  try {
    while (tally.length < length) {
      const chunk = await stream.read();
      if (chunk === null) return tally.done(true);
      tally.add(chunk);
    }
    return tally.done(false);
  } catch (error) {
    return tally.done(false, error);
  }
}

const PIECE = 64 * 1024;

/** Writes `length` bytes of the seed, in pieces, as room comes. */
export async function writeSeeded(stream: Conn, length: number, seed: number): Promise<void> {
  const bytes = randomBytes(seed, length);
  // Copies, for the stream owns what it is given.
  for (let at = 0; at < length; at += PIECE) await stream.write(bytes.slice(at, at + PIECE));
}

/** Writes back what comes, to the end, and ends its own direction then. */
export async function echo(stream: Conn): Promise<void> {
  for await (const chunk of stream) await stream.write(chunk);
  await stream.close();
}
