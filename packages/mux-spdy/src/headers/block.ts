// Header blocks as the contract has them and as SPDY has them: a count, then names and values, each behind its length. Values of one
// name are parted by NUL. `Headers` takes no colon, with which HTTP's own names begin here (":path"): it becomes "!".

import { readU32, writeU32 } from "mux-engine";
import { StreamsError } from "streams-core";
import { broken, byPeer, copyOf, HEADER_LIMITS, headersOf } from "streams-core/kit";

/** Without any, and with one that means nothing. */
export const NO_HEADERS: Uint8Array = Uint8Array.of(0, 0, 0, 0);
export const ONE_HEADER: Uint8Array = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 120, 0, 0, 0, 0);

const [COLON, BANG, NUL] = [":".charCodeAt(0), "!".charCodeAt(0), 0];
/** What spdystream ends the session for (HTTP's rules for one hop, draft 3.1 section 3.2.1). */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
]);
const MAX_FIELDS = 1000;

const scratch = new Uint8Array(HEADER_LIMITS.bytes);

/** @throws ERR_HEADERS_INVALID for names, ERR_HEADERS_TOO_LARGE for numbers, that the original would end the session for */
export function checkFields(block: Uint8Array): void {
  if (block.length === 0) return;
  const names = [...headersOf(block).keys()];
  const name = names.find((one) => FORBIDDEN.has(one));
  if (name !== undefined)
    throw new StreamsError("ERR_HEADERS_INVALID", `SPDY has no header "${name}"; give it another name.`);
  if (names.length > MAX_FIELDS)
    throw new StreamsError("ERR_HEADERS_TOO_LARGE", `spdystream takes ${MAX_FIELDS} headers at most.`);
}

/**
 * @param block valid for sure
 * @param sparing leaves out what the original would end the session for: nobody is asked before a reply is sent
 */
export function toSpdy(block: Uint8Array, sparing = false): Uint8Array {
  if (block.length === 0) return NO_HEADERS;
  const fields = new Map<string, string>();
  for (const [name, value] of headersOf(block)) {
    if (sparing && (FORBIDDEN.has(name) || fields.size === MAX_FIELDS)) continue;
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}\0${value}`);
  }
  let size = 4;
  for (const [name, value] of fields) size += 8 + name.length + value.length;
  const spdy = Buffer.allocUnsafe(size);
  writeU32(spdy, 0, fields.size);
  let at = 4;
  for (const [name, value] of fields) {
    at = writeText(spdy, at, name.startsWith("!") ? `:${name.slice(1)}` : name);
    at = writeText(spdy, at, value);
  }
  return spdy;
}

function writeText(bytes: Buffer, at: number, text: string): number {
  writeU32(bytes, at, text.length);
  return at + 4 + bytes.write(text, at + 4, "latin1");
}

/** What the names and values are is for the engine to check. @throws ERR_PROTOCOL, ERR_HEADERS_TOO_LARGE */
export function fromSpdy(spdy: Uint8Array): Uint8Array {
  const size = spdy.length;
  const count = size < 4 ? size : readU32(spdy, 0);
  let at = 4;
  let length = 0;
  for (let i = 0; i < count; i += 1) {
    const nameAt = at + 4;
    const valueAt = endOf(spdy, at) + 4;
    at = endOf(spdy, valueAt - 4);
    for (let from = valueAt; from <= at; ) {
      const nul = spdy.subarray(0, at).indexOf(NUL, from);
      const end = nul < 0 ? at : nul;
      length = addField(length, spdy.subarray(nameAt, valueAt - 4), spdy.subarray(from, end));
      from = end + 1;
    }
  }
  if (at !== size) throw broken(`sent a header block of ${size} bytes that do not hold its ${count} headers`);
  return copyOf(scratch, 0, length);
}

/** Where the text ends that stands behind its length at `at`. */
function endOf(spdy: Uint8Array, at: number): number {
  const end = at + 4 + readU32(spdy, at);
  if (at + 4 > spdy.length || end > spdy.length) throw broken("sent a header that is longer than its block");
  return end;
}

/** Adds one to what stands in the scratch up to `at`, and returns where it ends. */
function addField(at: number, name: Uint8Array, value: Uint8Array): number {
  const [names, values] = [name.length, value.length];
  const end = at + 3 + names + values;
  if (names > 255 || values > 65535 || end > scratch.length) throw tooLarge();
  scratch[at] = names;
  scratch[at + 1] = values >>> 8;
  scratch[at + 2] = values;
  for (let i = 0; i < names; i += 1) {
    const byte = name[i] ?? 0;
    if (byte >= 65 && byte <= 90) throw broken("sent a header name with capital letters");
    scratch[at + 3 + i] = i === 0 && byte === COLON ? BANG : byte;
  }
  scratch.set(value, at + 3 + names);
  return end;
}

export function tooLarge(): StreamsError {
  const { bytes } = HEADER_LIMITS;
  return byPeer(
    "ERR_HEADERS_TOO_LARGE",
    `The peer sent headers of more than ${bytes} bytes, or a name of more than 255.`,
  );
}
