// The frames of yamux built and read by hand, so that the tests do not trust what they test.

export const DATA = 0;
export const WINDOW = 1;
export const PING = 2;
export const GO_AWAY = 3;
export const EXTENSION = 0x7f;

export const SYN = 1;
export const ACK = 2;
export const FIN = 4;
export const RST = 8;

/** "Strm". */
export const SIGN = 0x5374726d;
export const WINDOW_SIZE: number = 256 * 1024;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly length: number;
  readonly body: Uint8Array;
}

export function bytes(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
}

export function header(type: number, flags: number, id: number, length: number, version = 0): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt8(version, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(flags, 2);
  head.writeUInt32BE(id, 4);
  head.writeUInt32BE(length, 8);
  return new Uint8Array(head);
}

export function data(id: number, body: Uint8Array | string = "", flags = 0): Uint8Array {
  const payload = Buffer.from(body as Uint8Array);
  return bytes(header(DATA, flags, id, payload.byteLength), payload);
}

export const window = (id: number, flags: number, delta = 0): Uint8Array => header(WINDOW, flags, id, delta);
export const open = (id: number, delta = 0): Uint8Array => window(id, SYN, delta);
export const accept = (id: number, delta = 0): Uint8Array => window(id, ACK, delta);
export const end = (id: number): Uint8Array => window(id, FIN);
export const reset = (id: number, code = 0): Uint8Array => window(id, RST, code);
export const ping = (token: number): Uint8Array => header(PING, SYN, 0, token);
export const pong = (token: number): Uint8Array => header(PING, ACK, 0, token);
export const goAway = (code: number): Uint8Array => header(GO_AWAY, 0, 0, code);
export const sign: Uint8Array = ping(SIGN);

export function extension(id: number, body: Uint8Array | string): Uint8Array {
  const whole = Buffer.from(body as Uint8Array);
  return bytes(header(EXTENSION, 0, id, whole.byteLength), whole);
}

/** `count` times the same bytes. */
export function times(count: number, part: (i: number) => Uint8Array): Uint8Array {
  return bytes(...Array.from({ length: count }, (_, i) => part(i)));
}

/** The whole frames at the start of `input`, and how many bytes they take. */
export function parse(input: Uint8Array): { frames: Frame[]; used: number } {
  const view = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  while (view.byteLength - at >= 12) {
    const type = view.readUInt8(at + 1);
    const length = view.readUInt32BE(at + 8);
    const next = at + 12 + (type === DATA || type === EXTENSION ? length : 0);
    if (next > view.byteLength) break;
    const [flags, id] = [view.readUInt16BE(at + 2), view.readUInt32BE(at + 4)];
    frames.push({ type, flags, id, length, body: input.slice(at + 12, next) });
    at = next;
  }
  return { frames, used: at };
}
