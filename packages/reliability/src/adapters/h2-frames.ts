// HTTP/2 frames built and read by hand (RFC 9113 section 4, RFC 7541), so that a peer can say what node:http2 never would.

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const ACK = 1;
export const END_STREAM = 1;
export const END_HEADERS = 4;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly body: Uint8Array;
}

export const PREFACE: Uint8Array = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** The setting by which our own ends know each other. */
export const SIGN: readonly [number, number] = [0xf573, 1];

type Bytes = Uint8Array | readonly number[];

export function bytes(...parts: readonly Bytes[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Uint8Array.from(part)));
}

export function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** @param length what the header announces; by default the truth */
export function frame(
  type: number,
  flags: number,
  id: number,
  body: Bytes = [],
  length: number = body.length,
): Uint8Array {
  return bytes(u32(length).slice(1), [type, flags], u32(id), body);
}

export function settings(...pairs: readonly (readonly [number, number])[]): Uint8Array {
  return frame(SETTINGS, 0, 0, bytes(...pairs.map(([id, value]) => [id >>> 8, id & 255, ...u32(value)])));
}

export const settingsAck: Uint8Array = frame(SETTINGS, ACK, 0);
export const headers = (id: number, block: Bytes, flags: number = END_HEADERS): Uint8Array =>
  frame(HEADERS, flags, id, block);
export const continuation = (id: number, block: Bytes, flags: number = 0): Uint8Array =>
  frame(CONTINUATION, flags, id, block);
export const data = (id: number, body: Bytes = [], flags: number = 0): Uint8Array => frame(DATA, flags, id, body);
export const reset = (id: number, code: number = 8): Uint8Array => frame(RST_STREAM, 0, id, u32(code));
export const ping = (token: number = 0, flags: number = 0): Uint8Array =>
  frame(PING, flags, 0, [0, 0, 0, 0, ...u32(token)]);
export const goaway = (last: number, code: number): Uint8Array => frame(GOAWAY, 0, 0, [...u32(last), ...u32(code)]);
export const windowUpdate = (id: number, more: number): Uint8Array => frame(WINDOW_UPDATE, 0, id, u32(more));

/** A header block of literal fields without indexing and without Huffman coding, RFC 7541 section 6.2.2. */
export function literals(fields: readonly (readonly [string, string])[]): Uint8Array {
  const parts = fields.map(([name, value]) => bytes([0], text(name), text(value)));
  return bytes(...parts);
}

/** What opens a stream. */
export function request(more: readonly (readonly [string, string])[] = []): Uint8Array {
  return literals([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", "/streams"],
    [":authority", "streams.invalid"],
    ...more,
  ]);
}

/** What accepts one. */
export const response: Uint8Array = literals([[":status", "200"]]);

/** Stream `id` opened. */
export const open = (id: number, flags: number = 0): Uint8Array => headers(id, request(), END_HEADERS | flags);

/** `count` times what `part` makes. */
export function times(count: number, part: (i: number) => Uint8Array): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, i) => part(i)));
}

/** Whole frames at the start of the bytes, and how long they are together. */
export function parse(all: Uint8Array): { readonly frames: Frame[]; readonly used: number } {
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  while (all.byteLength - at >= 9) {
    const end = at + 9 + (view.getUint32(at) >>> 8);
    if (end > all.byteLength) break;
    const id = view.getUint32(at + 5) & 0x7fffffff;
    frames.push({ type: view.getUint8(at + 3), flags: view.getUint8(at + 4), id, body: all.subarray(at + 9, end) });
    at = end;
  }
  return { frames, used: at };
}

/** A string with a length of 7 bits and more, RFC 7541 sections 5.1 and 5.2. */
function text(value: string): Uint8Array {
  const raw = Buffer.from(value, "latin1");
  return bytes(length7(raw.byteLength), raw);
}

export function length7(value: number): number[] {
  if (value < 127) return [value];
  const out = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return [...out, rest];
}
