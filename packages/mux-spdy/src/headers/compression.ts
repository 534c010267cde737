// The zlib stream (RFC 1950) that all header blocks of one direction are, each of them ended by an empty stored block (Z_SYNC_FLUSH).
//
// Nothing public in node:zlib goes on with a stream synchronously. It need not: after such an end, the next block depends on nothing
// but the last 32 KiB of text, which `inflateRawSync` takes as its dictionary.
//
// What we send is not compressed but stored: how well one header compresses tells who can add another what it says (CRIME). It also
// costs nothing.

import { constants, inflateRawSync } from "node:zlib";
import { readU16, readU32, writeU16, writeU32 } from "mux-engine";
import { broken } from "streams-core/kit";
import { MAX_BLOCK } from "../layout.js";
import { tooLarge } from "./block.js";
import { DICTIONARY, DICTIONARY_ID } from "./dictionary.js";

/** What a block can refer back to (RFC 1951 section 2). */
const HISTORY = 32768;
const DEFLATE = 8;
const PRESET_DICTIONARY = 0x20;
/** A stored block's head: its type, its length and the complement of that, both with the low byte first. */
const STORED = 5;
/** Method, window and that there is a dictionary; then which. */
const START = 6;
const NOTHING = new Uint8Array(0);

export class Inflater {
  /** The end of the text so far, the dictionary before it; undefined before the first block. */
  #history: Uint8Array | undefined;
  #size = 0;

  /** The text of a block, which may be a view of it. @throws ERR_PROTOCOL, ERR_HEADERS_TOO_LARGE */
  inflate(bytes: Uint8Array, from: number, end: number): Uint8Array {
    let at = from;
    if (this.#history === undefined) {
      checkStart(bytes.subarray(at, end));
      this.#history = new Uint8Array(2 * HISTORY);
      this.#remember(this.#history, DICTIONARY);
      at += START;
    }
    const text = storedIn(bytes, at, end) ?? this.#decompress(this.#history, bytes.subarray(at, end));
    this.#remember(this.#history, text);
    return text;
  }

  #decompress(history: Uint8Array, block: Uint8Array): Uint8Array {
    const dictionary = history.subarray(Math.max(0, this.#size - HISTORY), this.#size);
    try {
      return inflateRawSync(block, { dictionary, finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_BLOCK });
    } catch (error) {
      if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
      throw broken(`sent a header block that cannot be decompressed (${codeOf(error)})`);
    }
  }

  #remember(history: Uint8Array, text: Uint8Array): void {
    const kept = text.subarray(Math.max(0, text.length - HISTORY));
    if (this.#size + kept.length > history.length) {
      history.copyWithin(0, this.#size - HISTORY, this.#size);
      this.#size = HISTORY;
    }
    history.set(kept, this.#size);
    this.#size += kept.length;
  }
}

/** Of every block: the method and the window, that there is a dictionary, and which. */
function checkStart(start: Uint8Array): void {
  const [method = 0, flags = 0] = start;
  const isZlib = (method & 15) === DEFLATE && readU16(start, 0) % 31 === 0 && (flags & PRESET_DICTIONARY) !== 0;
  if (start.length >= START && isZlib && readU32(start, 2) === DICTIONARY_ID) return;
  throw broken("sent a first header block that does not start as one compressed with SPDY's dictionary");
}

/** The text of a block that is stored in one piece, as our own ends send it. */
function storedIn(bytes: Uint8Array, at: number, end: number): Uint8Array | undefined {
  const length = end - at - 2 * STORED;
  if (length < 0 || bytes[at] !== 0 || (bytes[at + 1] ?? 0) + 256 * (bytes[at + 2] ?? 0) !== length) return undefined;
  const isWhole = (readU16(bytes, at + 1) ^ readU16(bytes, at + 3)) === 0xffff && bytes[end - STORED] === 0;
  return isWhole && readU32(bytes, end - 4) === 0xffff ? bytes.subarray(at + STORED, at + STORED + length) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

export class Deflater {
  /** Bytes of the text so far. */
  #text = 0;

  /** Bytes that a block of the text is: stored in one piece, for no headers are longer than that. */
  size(text: Uint8Array): number {
    return (this.#text === 0 ? START : 0) + text.length + 2 * STORED;
  }

  /**
   * Whether the text would end where the decompressor of Go's standard library has filled its window: it gives the last bytes out before
   * it has seen the end of the block, which spdystream then takes for a block of a wrong length. It reads nothing more.
   */
  endsWindow(text: Uint8Array): boolean {
    return (DICTIONARY.length + this.#text + text.length) % HISTORY === 0;
  }

  /** Writes the text as a block of that size. */
  write(into: Uint8Array, from: number, text: Uint8Array): void {
    let at = from;
    if (this.#text === 0) {
      // RFC 1950 section 2.2: the fastest level, and a check that makes both bytes a multiple of 31.
      writeU16(into, at, 0x7820);
      writeU32(into, at + 2, DICTIONARY_ID);
      at += START;
    }
    this.#text += text.length;
    writeStored(into, at, text);
    writeStored(into, at + STORED + text.length, NOTHING);
  }
}

function writeStored(into: Uint8Array, at: number, piece: Uint8Array): void {
  const length = piece.length;
  into[at] = 0;
  into[at + 1] = length;
  into[at + 2] = length >>> 8;
  into[at + 3] = ~length;
  into[at + 4] = ~length >>> 8;
  into.set(piece, at + STORED);
}
