// What is sent in bulk and how the receiver checks it. A stream says in its first bytes what it is; docs: README, "What goes over a stream".

import { Buffer } from "node:buffer";

/** The first byte of a stream. */
export const ECHO = 0x45;
export const SINK = 0x53;
export const MIXED = 0x58;
export const IDLE = 0x49;
export const MEMORY = 0x4d;

/** The first byte of a segment, and of a block of a mixed line. */
const MORE = 0;
const FINAL = 1;
const SMALL = 2;

export const HEAD_SIZE = 16;
export const ACK_SIZE = 32;
/** Bytes of a message between bulk blocks, and of a ping. */
export const SMALL_SIZE = 64;
/** Bytes of the message of openecho. */
export const ECHO_SIZE = 128;
/** Each so many pieces one is compared whole; of the others the edges and the middle. */
const COMPARE_EVERY = 16;

/** How the bytes of an upload are cut. */
export interface Shape {
  /** Bytes of a write. */
  readonly chunk: number;
  /** Writes of a segment; only at its end may an upload stop. */
  readonly chunks: number;
  /** Milliseconds after the first byte from which the receiver takes the rate; 0: none. */
  readonly markMs: number;
}

/** What the receiver says of a finished upload. */
export interface Ack {
  readonly bytes: number;
  /** Pieces that were not what was sent. */
  readonly wrong: number;
  readonly bytesAfterMark: number;
  readonly msAfterMark: number;
}

export function headOf(kind: number, shape: Shape): Uint8Array {
  const head = Buffer.alloc(HEAD_SIZE);
  head[0] = kind;
  head.writeUInt32LE(shape.chunk, 4);
  head.writeUInt32LE(shape.chunks, 8);
  head.writeUInt32LE(shape.markMs, 12);
  return head;
}

export function shapeOf(head: Uint8Array): Shape {
  const view = viewOf(head);
  return { chunk: view.getUint32(4, true), chunks: view.getUint32(8, true), markMs: view.getUint32(12, true) };
}

/** Numbers as the answer to a stream. */
export function encodeNumbers(...numbers: number[]): Uint8Array {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, i) => void bytes.writeDoubleLE(number, 8 * i));
  return bytes;
}

export function decodeNumbers(bytes: Uint8Array): number[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

export function decodeAck(bytes: Uint8Array): Ack {
  const [count = 0, wrong = 1, bytesAfterMark = 0, msAfterMark = 0] = decodeNumbers(bytes);
  return { bytes: count, wrong, bytesAfterMark, msAfterMark };
}

/** The same bytes in every process: xorshift32. */
function pattern(length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  let x = 2463534242;
  for (let i = 0; i < length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = x;
  }
  bytes[0] = MORE;
  return bytes;
}

/** Gives the chunks of an upload, all of them views made beforehand, so that every peer pays the same nothing for them. */
export class Source {
  readonly head: Uint8Array;
  readonly #chunks: Uint8Array[];
  readonly #final: Uint8Array;
  readonly #until: number;
  #next = 0;
  #ending = false;
  bytes = 0;

  constructor(kind: number, shape: Shape, until: number) {
    this.head = headOf(kind, shape);
    const bytes = pattern(shape.chunk * shape.chunks);
    this.#chunks = Array.from({ length: shape.chunks }, (_, i) =>
      bytes.subarray(i * shape.chunk, (i + 1) * shape.chunk),
    );
    this.#final = Buffer.from(bytes.subarray(0, shape.chunk));
    this.#final[0] = FINAL;
    this.#until = until;
  }

  /** The next chunk, or `undefined` after the first segment that ends after the deadline. */
  next(): Uint8Array | undefined {
    let chunk = this.#chunks[this.#next];
    if (this.#next === 0) {
      if (this.#ending) return undefined;
      this.#ending = performance.now() >= this.#until;
      if (this.#ending) chunk = this.#final;
    }
    this.#next = this.#next + 1 === this.#chunks.length ? 0 : this.#next + 1;
    this.bytes += chunk?.byteLength ?? 0;
    return chunk;
  }
}

/** Counts and checks the bytes of an upload. */
export class Sink {
  readonly #expected: Uint8Array;
  readonly #markMs: number;
  #at = 0;
  #final = false;
  #bytes = 0;
  #wrong = 0;
  #pieces = 0;
  #first = 0;
  #mark: { readonly bytes: number; readonly at: number } | undefined;

  constructor(shape: Shape) {
    this.#expected = expectedOf(shape.chunk * shape.chunks);
    this.#markMs = shape.markMs;
  }

  /** Takes what arrived. Returns the answer once the final segment, or one that is wrong, is complete. */
  take(bytes: Uint8Array): Uint8Array | undefined {
    for (let i = 0; i < bytes.byteLength; ) {
      const size = Math.min(bytes.byteLength - i, this.#expected.byteLength - this.#at);
      this.#check(bytes, i, size);
      i += size;
      this.#at += size;
      this.#bytes += size;
      if (this.#at < this.#expected.byteLength) continue;
      this.#at = 0;
      if (this.#final || this.#wrong > 0) return this.#ack(bytes.byteLength - i);
    }
    if (this.#markMs > 0) this.#time();
    return undefined;
  }

  #check(bytes: Uint8Array, i: number, size: number): void {
    const first = bytes[i];
    const middle = bytes[i + (size >> 1)];
    const last = bytes[i + size - 1];
    const at = this.#at;
    if (at === 0) {
      this.#final = first === FINAL;
      if (first !== MORE && first !== FINAL) this.#wrong += 1;
    } else if (first !== this.#expected[at]) this.#wrong += 1;
    if (size < 3) return;
    const half = at + (size >> 1);
    if (middle !== this.#expected[half] || last !== this.#expected[at + size - 1]) this.#wrong += 1;
    if (this.#pieces++ % COMPARE_EVERY !== 0) return;
    const rest = bytes.subarray(i + 1, i + size);
    if (Buffer.compare(rest, this.#expected.subarray(at + 1, at + size)) !== 0) this.#wrong += 1;
  }

  #time(): void {
    const now = performance.now();
    if (this.#first === 0) this.#first = now;
    else if (this.#mark === undefined && now - this.#first >= this.#markMs)
      this.#mark = { bytes: this.#bytes, at: now };
  }

  /** @param extra bytes after the end, of which there must be none */
  #ack(extra: number): Uint8Array {
    const after = this.#mark === undefined ? 0 : this.#bytes - this.#mark.bytes;
    const ms = this.#mark === undefined ? 0 : performance.now() - this.#mark.at;
    return encodeNumbers(this.#bytes, this.#wrong + extra, after, ms);
  }
}

const known = new Map<number, Uint8Array>();

function expectedOf(length: number): Uint8Array {
  const bytes = known.get(length) ?? pattern(length);
  known.set(length, bytes);
  return bytes;
}

/** Messages of which each is known again by its bytes. The first says that the stream is an echo. */
export class Messages {
  readonly #messages: Uint8Array[];
  #next = 0;

  constructor(kind: number, size: number) {
    const bytes = pattern(size * 251);
    this.#messages = Array.from({ length: 251 }, (_, i) => {
      const message = bytes.subarray(i * size, (i + 1) * size);
      message[0] = kind;
      return message;
    });
  }

  next(): Uint8Array {
    const message = this.#messages[this.#next % this.#messages.length];
    this.#next += 1;
    if (message === undefined) throw new Error("There are messages.");
    return message;
  }
}

/** Mixed lines: a small message that the receiver tells from a block of bulk. */
export function smallMessages(): Messages {
  return new Messages(SMALL, SMALL_SIZE);
}

/** Takes a mixed line apart: blocks of bulk go to the sink, small messages back to the sender. */
export class Mixed {
  readonly #sink: Sink;
  readonly #block: number;
  readonly #reply: (small: Uint8Array) => void;
  #left = 0;
  #small = false;

  constructor(shape: Shape, reply: (small: Uint8Array) => void) {
    this.#sink = new Sink(shape);
    this.#block = shape.chunk * shape.chunks;
    this.#reply = reply;
  }

  take(bytes: Uint8Array): Uint8Array | undefined {
    for (let i = 0; i < bytes.byteLength; ) {
      if (this.#left === 0) {
        this.#small = bytes[i] === SMALL;
        this.#left = this.#small ? SMALL_SIZE : this.#block;
      }
      const part = bytes.subarray(i, i + this.#left);
      i += part.byteLength;
      this.#left -= part.byteLength;
      if (this.#small) this.#reply(part);
      else {
        const ack = this.#sink.take(part);
        if (ack !== undefined) return ack;
      }
    }
    return undefined;
  }
}

/** Whether a piece of an answer is the piece of the message that it must be. */
export function sameBytes(piece: Uint8Array, message: Uint8Array, at: number): boolean {
  const last = piece.byteLength - 1;
  return at + last < message.byteLength && piece[0] === message[at] && piece[last] === message[at + last];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
