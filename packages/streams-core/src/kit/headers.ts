// Headers as bytes: the block that mux-native and the preambles of other wires carry. A field is the length of its name (u8), the
// length of its value (u16, big endian), the name and the value, one byte a character (the ByteString of the Fetch standard).

import type { HeaderInit } from "../contract.js";
import { StreamsError } from "../errors.js";
import { BlockHeaders } from "./block-headers.js";
import { broken } from "./peer-faults.js";
import { roomFor } from "./slab.js";
import { latin1 } from "./text.js";

export interface HeaderLimits {
  /** Bytes of the block. Default 16,384. */
  readonly bytes: number;
  /** Fields. Default 128. */
  readonly fields: number;
}

export const HEADER_LIMITS: HeaderLimits = { bytes: 16 * 1024, fields: 128 };

const EMPTY = new Uint8Array(0);
/** For each byte the one that stands for it in a name, in lower case; 0 where no name may have it (RFC 9110 section 5.6.2). */
const LOWER: Uint8Array = lowerCase("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** `new Headers(init)` with a typed error. @throws ERR_HEADERS_INVALID */
export function toHeaders(init?: HeaderInit): Headers {
  try {
    return new Headers(init);
  } catch (cause) {
    throw invalid(cause);
  }
}

/** @throws ERR_HEADERS_INVALID, ERR_HEADERS_TOO_LARGE */
export function encodeHeaders(init: HeaderInit | undefined, limits: HeaderLimits = HEADER_LIMITS): Uint8Array {
  if (init === undefined) return EMPTY;
  // What `Headers` would change, or refuse, is left to it; it takes ten times as long.
  const quick = Symbol.iterator in Object(init) ? undefined : blockOf(Object.entries(init), limits);
  const block = quick ?? blockOf([...toHeaders(init)], limits);
  if (block === undefined) throw invalid();
  return block;
}

/** @throws ERR_PROTOCOL when the block is malformed, ERR_HEADERS_TOO_LARGE when it is over the limits; both `remote` */
export function decodeHeaders(block: Uint8Array, limits: HeaderLimits = HEADER_LIMITS): Headers {
  checkHeaders(block, limits);
  return headersOf(block);
}

/** The headers of a block that was checked: building them cannot fail, and waits until somebody wants them. */
export function headersOf(block: Uint8Array): Headers {
  return block.length === 0 ? new Headers() : new BlockHeaders(() => fieldsOf(block));
}

/** @throws as `decodeHeaders` */
export function checkHeaders(block: Uint8Array, limits: HeaderLimits = HEADER_LIMITS): void {
  const size = block.length;
  if (size > limits.bytes) throw tooLarge(limits, true);
  let fields = 0;
  for (let at = 0; at < size; fields += 1) {
    const valueAt = at + 3 + (block[at] ?? 0);
    const end = valueAt + ((block[at + 1] ?? 0) << 8) + (block[at + 2] ?? 0);
    if (valueAt === at + 3 || end > size) throw malformed();
    for (let i = at + 3; i < valueAt; i += 1) if (LOWER[block[i] ?? 0] === 0) throw malformed();
    for (let i = valueAt; i < end; i += 1) if (!isInValue(block[i] ?? 0)) throw malformed();
    at = end;
  }
  if (fields > limits.fields) throw tooLarge(limits, true);
}

/** Undefined if a field is not as `Headers` would have it. @throws ERR_HEADERS_TOO_LARGE */
function blockOf(fields: [name: string, value: unknown][], limits: HeaderLimits): Uint8Array | undefined {
  let size = 0;
  for (const [name, value] of fields) {
    if (typeof value !== "string" || name.length === 0 || isPadded(value)) return undefined;
    if (name.length > 255 || value.length > 65535) throw tooLarge(limits);
    size += 3 + name.length + value.length;
  }
  if (fields.length > limits.fields || size > limits.bytes) throw tooLarge(limits);
  const block = roomFor(size);
  let at = 0;
  for (const [name, value] of fields) {
    if (typeof value !== "string") return undefined;
    block[at] = name.length;
    block[at + 1] = value.length >>> 8;
    block[at + 2] = value.length;
    at += 3;
    for (let i = 0; i < name.length; i += 1, at += 1) {
      const byte = LOWER[name.charCodeAt(i)] ?? 0;
      if (byte === 0) return undefined;
      block[at] = byte;
    }
    for (let i = 0; i < value.length; i += 1, at += 1) {
      const code = value.charCodeAt(i);
      if (!isInValue(code)) return undefined;
      block[at] = code;
    }
  }
  return block;
}

/** Whether a value may have the character: section 5.5, as far as the Fetch standard holds to it. */
function isInValue(code: number): boolean {
  return code <= 255 && code !== 0 && code !== 10 && code !== 13;
}

/** Whether it has white space at an end, which does not belong to it (Fetch standard, section 2.2.2, "normalize"). */
function isPadded(value: string): boolean {
  return isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(value.length - 1));
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}

function lowerCase(letters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const letter of letters) table[letter.charCodeAt(0)] = letter.toLowerCase().charCodeAt(0);
  return table;
}

/** Of a block that was checked. */
function fieldsOf(block: Uint8Array): [name: string, value: string][] {
  const text = latin1(block);
  const fields: [string, string][] = [];
  for (let at = 0; at < text.length; ) {
    const valueAt = at + 3 + text.charCodeAt(at);
    const end = valueAt + (text.charCodeAt(at + 1) << 8) + text.charCodeAt(at + 2);
    fields.push([text.slice(at + 3, valueAt), text.slice(valueAt, end)]);
    at = end;
  }
  return fields;
}

function invalid(cause?: unknown): StreamsError {
  const message = "Header names must be tokens and values single-byte text; encode others with encodeURIComponent.";
  return new StreamsError("ERR_HEADERS_INVALID", message, { cause });
}

function tooLarge({ fields, bytes }: HeaderLimits, remote = false): StreamsError {
  const message = `Headers may have ${fields} fields, ${bytes} bytes and names of 255; send large values in the stream instead.`;
  return new StreamsError("ERR_HEADERS_TOO_LARGE", message, { remote });
}

function malformed(): StreamsError {
  return broken("sent a malformed header block");
}
