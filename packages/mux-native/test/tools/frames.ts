// The frames of PROTOCOL.md built and read by hand, so that the tests do not trust what they test.

export const MAGIC: readonly number[] = [0x89, 0x4d, 0x55, 0x58, 0x0d, 0x0a, 0x1a, 0x0a];

export const DATA = 0;
export const RESET = 1;
export const STOP = 2;
export const CREDIT = 3;
export const PING = 4;
export const DRAIN = 5;
export const CLOSE = 6;

export const FIN = 1;
export const SYN = 2;
export const HEADERS = 4;
export const URGENCY = 8;
export const REFUSED = 1;
export const ABORT = 2;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly body: Uint8Array;
}

export function bytes(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
}

export function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

export function preface(role: 0 | 1, window = 65536, maxFrame = 65536): Uint8Array {
  return bytes(MAGIC, [1, role, 0, 12, 0, 1], u32(window), [0, 2], u32(maxFrame));
}

export function frame(
  type: number,
  flags: number,
  id: number,
  body: Uint8Array | readonly number[] | string = [],
): Uint8Array {
  const size = Buffer.from(body as Uint8Array).byteLength;
  return bytes(u32(size).slice(1), [(type << 4) | flags], u32(id), body);
}

export const data = (id: number, body: Uint8Array | string = "", flags = 0): Uint8Array => frame(DATA, flags, id, body);
export const open = (id: number, body: Uint8Array | string = "", flags = 0): Uint8Array => data(id, body, SYN | flags);
export const reset = (id: number, code = 0, flags = 0): Uint8Array => frame(RESET, flags, id, u32(code));
export const stop = (id: number, code = 0): Uint8Array => frame(STOP, 0, id, u32(code));
export const credit = (id: number, more: number): Uint8Array => frame(CREDIT, 0, id, u32(more));
export const ping = (token: number, ack = 0): Uint8Array => frame(PING, ack, 0, u32(token));
export const drain = (last: number): Uint8Array => frame(DRAIN, 0, 0, u32(last));
export const close = (last: number, code: number, reason = "", failed = 0): Uint8Array =>
  frame(CLOSE, failed, 0, bytes(u32(last), u32(code), reason));

/** `count` times the same bytes. */
export function times(count: number, part: (i: number) => Uint8Array): Uint8Array {
  return bytes(...Array.from({ length: count }, (_, i) => part(i)));
}

export function readU32(body: Uint8Array, at = 0): number {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).readUInt32BE(at);
}

/** The whole frames at the start of `input`, and how many bytes they take. */
export function parse(input: Uint8Array): { frames: Frame[]; used: number } {
  const view = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  while (view.byteLength - at >= 8) {
    const end = at + 8 + view.readUIntBE(at, 3);
    if (end > view.byteLength) break;
    const kind = view.readUInt8(at + 3);
    frames.push({ type: kind >>> 4, flags: kind & 15, id: view.readUInt32BE(at + 4), body: input.slice(at + 8, end) });
    at = end;
  }
  return { frames, used: at };
}
