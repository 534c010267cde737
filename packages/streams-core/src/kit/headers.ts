// Headers as bytes: the block that mux-native and the preambles of other wires carry. A field is the length of its name (u8), the
// length of its value (u16, big endian), the name and the value, one byte a character (the ByteString of the Fetch standard).

import type { HeaderInit } from "../contract.js";
import { StreamsError } from "../errors.js";
import { broken } from "./peer-faults.js";
import { latin1 } from "./text.js";

export interface HeaderLimits {
  /** Bytes of the block. Default 16,384. */
  readonly bytes: number;
  /** Fields. Default 128. */
  readonly fields: number;
}

export const HEADER_LIMITS: HeaderLimits = { bytes: 16 * 1024, fields: 128 };

/** Which names (RFC 9110 section 5.6.2) and values (section 5.5) there may be. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[^\0\r\n]*$/;

/** `new Headers(init)` with a typed error. @throws ERR_HEADERS_INVALID */
export function toHeaders(init?: HeaderInit): Headers {
  try {
    return new Headers(init);
  } catch (cause) {
    const message = "Header names must be tokens and values single-byte text; encode others with encodeURIComponent.";
    throw new StreamsError("ERR_HEADERS_INVALID", message, { cause });
  }
}

/** @throws ERR_HEADERS_INVALID, ERR_HEADERS_TOO_LARGE */
export function encodeHeaders(init: HeaderInit | undefined, limits: HeaderLimits = HEADER_LIMITS): Uint8Array {
  const fields = init === undefined ? [] : [...toHeaders(init)];
  let text = "";
  for (const [name, value] of fields) {
    if (name.length > 255 || value.length > 65535) throw tooLarge(limits);
    text += String.fromCharCode(name.length, value.length >>> 8, value.length & 255) + name + value;
  }
  if (fields.length > limits.fields || text.length > limits.bytes) throw tooLarge(limits);
  const block = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) block[i] = text.charCodeAt(i);
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
  for (const [name, value] of fieldsOf(block)) headers.append(name, value);
  return headers;
}

/** @throws as `decodeHeaders` */
export function checkHeaders(block: Uint8Array, limits: HeaderLimits = HEADER_LIMITS): void {
  if (block.byteLength > limits.bytes) throw tooLarge(limits, true);
  const fields = fieldsOf(block);
  if (fields.length > limits.fields) throw tooLarge(limits, true);
  if (!fields.every(([name, value]) => NAME.test(name) && VALUE.test(value))) throw malformed();
}

function fieldsOf(block: Uint8Array): [name: string, value: string][] {
  const text = latin1(block);
  const fields: [string, string][] = [];
  for (let at = 0; at < text.length; ) {
    const valueAt = at + 3 + text.charCodeAt(at);
    const end = valueAt + (text.charCodeAt(at + 1) << 8) + text.charCodeAt(at + 2);
    // Neither when it is NaN because the lengths themselves are cut off.
    if (!(end <= text.length)) throw malformed();
    fields.push([text.slice(at + 3, valueAt), text.slice(valueAt, end)]);
    at = end;
  }
  return fields;
}

function tooLarge({ fields, bytes }: HeaderLimits, remote = false): StreamsError {
  const message = `Headers may have ${fields} fields, ${bytes} bytes and names of 255; send large values in the stream instead.`;
  return new StreamsError("ERR_HEADERS_TOO_LARGE", message, { remote });
}

function malformed(): StreamsError {
  return broken("sent a malformed header block");
}
