// Headers as bytes: the block that mux-native and the preambles of other wires carry. A field is the length of its name (u8), the
// length of its value (u16, big endian), the name and the value, one byte a character (the ByteString of the Fetch standard).

import type { HeaderInit } from "../contract.js";
import { StreamsError } from "../errors.js";

export interface HeaderLimits {
  /** Bytes of the block. Default 16,384. */
  readonly bytes: number;
  /** Fields. Default 128. */
  readonly fields: number;
}

export const HEADER_LIMITS: HeaderLimits = { bytes: 16 * 1024, fields: 128 };

const EMPTY = new Uint8Array(0);

/** Which bytes a name (RFC 9110 section 5.6.2) and a value (section 5.5) may have. */
const IN_NAME = 1;
const IN_VALUE = 2;
const ALLOWED = new Uint8Array(256).fill(IN_VALUE);
for (const byte of [0, 10, 13]) ALLOWED[byte] = 0;
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  ALLOWED[char.charCodeAt(0)] = IN_NAME | IN_VALUE;
}

/** `new Headers(init)` with a typed error. @throws ERR_HEADERS_INVALID */
export function toHeaders(init?: HeaderInit): Headers {
  try {
    return new Headers(init);
  } catch (cause) {
    throw new StreamsError(
      "ERR_HEADERS_INVALID",
      "Header names must be tokens and values must be single-byte characters (encode other text, for instance with encodeURIComponent).",
      { cause },
    );
  }
}

/** @throws ERR_HEADERS_INVALID, ERR_HEADERS_TOO_LARGE */
export function encodeHeaders(init: HeaderInit | undefined, limits: HeaderLimits = HEADER_LIMITS): Uint8Array {
  if (init === undefined) return EMPTY;
  const fields = [...toHeaders(init)];
  let size = 0;
  for (const [name, value] of fields) {
    if (name.length > 255 || value.length > 65535) throw tooLarge(`a field of ${name.length + value.length} bytes`);
    size += 3 + name.length + value.length;
  }
  if (fields.length > limits.fields) throw tooLarge(`${fields.length} fields where ${limits.fields} are allowed`);
  if (size > limits.bytes) throw tooLarge(`${size} bytes where ${limits.bytes} are allowed`);
  const block = new Uint8Array(size);
  let at = 0;
  for (const [name, value] of fields) {
    block[at] = name.length;
    block[at + 1] = value.length >>> 8;
    block[at + 2] = value.length;
    at = writeLatin1(block, at + 3, name);
    at = writeLatin1(block, at, value);
  }
  return block;
}

/** @throws ERR_PROTOCOL when the block is malformed, ERR_HEADERS_TOO_LARGE when it is over the limits; both `remote` */
export function decodeHeaders(block: Uint8Array, limits: HeaderLimits = HEADER_LIMITS): Headers {
  checkHeaders(block, limits);
  return headersOf(block);
}

/** The headers of a block that was checked: building them cannot fail, and may wait until somebody wants them. */
export function headersOf(block: Uint8Array): Headers {
  const headers = new Headers();
  eachField(block, (nameAt, valueAt, end) =>
    headers.append(latin1(block, nameAt, valueAt), latin1(block, valueAt, end)),
  );
  return headers;
}

/** Checks a block without building anything of it. @throws as `decodeHeaders` */
export function checkHeaders(block: Uint8Array, limits: HeaderLimits = HEADER_LIMITS): void {
  if (block.byteLength === 0) return;
  let fields = 0;
  if (block.byteLength <= limits.bytes) {
    eachField(block, (nameAt, valueAt, end) => {
      fields += 1;
      if (!consistsOf(IN_NAME, block, nameAt, valueAt) || !consistsOf(IN_VALUE, block, valueAt, end)) throw malformed();
    });
    if (fields <= limits.fields) return;
  }
  const size = `${block.byteLength} bytes of header fields`;
  throw new StreamsError(
    "ERR_HEADERS_TOO_LARGE",
    `The peer sent ${fields > 0 ? `${fields} fields in ` : ""}${size}; ${limits.fields} and ${limits.bytes} are allowed.`,
    { remote: true },
  );
}

function eachField(block: Uint8Array, visit: (nameAt: number, valueAt: number, end: number) => void): void {
  for (let at = 0; at < block.byteLength; ) {
    const nameLength = block[at] ?? 0;
    const valueLength = ((block[at + 1] ?? 0) << 8) | (block[at + 2] ?? 0);
    const valueAt = at + 3 + nameLength;
    const end = valueAt + valueLength;
    if (nameLength === 0 || end > block.byteLength) throw malformed();
    visit(at + 3, valueAt, end);
    at = end;
  }
}

function writeLatin1(target: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i += 1) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i += 1) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}

function tooLarge(what: string): StreamsError {
  return new StreamsError(
    "ERR_HEADERS_TOO_LARGE",
    `The headers have ${what}; send large values in the stream instead.`,
  );
}

function consistsOf(kind: number, bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (((ALLOWED[bytes[at] ?? 0] ?? 0) & kind) === 0) return false;
  return true;
}

function malformed(): StreamsError {
  return new StreamsError("ERR_PROTOCOL", "The peer sent a malformed header block.", { remote: true });
}
