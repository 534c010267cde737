// The frames of mio built and read by hand, so that the tests do not trust what they test.

export const SIGN = "0000000053545208";

export interface Frame {
  readonly flags: number;
  readonly id: number;
  /** What the size field says. */
  readonly size: number;
  readonly payload: Uint8Array;
}

export function bytes(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
}

export function frame(flags: number, id: number, size: number, payload: Uint8Array | string = ""): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUIntBE(size, 4, 3);
  head.writeUInt8(flags, 7);
  return bytes(head, payload);
}

export const open = (id: number, window = 0xffffff): Uint8Array => frame(0x0c, id, window);
export const data = (id: number, payload: Uint8Array | string = ""): Uint8Array =>
  frame(0x01, id, Buffer.from(payload as Uint8Array).byteLength, payload);
export const end = (id: number, payload: Uint8Array | string = ""): Uint8Array =>
  frame(0x11, id, Buffer.from(payload as Uint8Array).byteLength, payload);
export const credit = (id: number, more: number): Uint8Array => frame(0x09, id, more);
export const reset = (id: number, code = 0): Uint8Array => frame(0x04, id, code);
export const sessionEnd = (code = 0): Uint8Array => frame(0x02, 0, code);
export const extension = (id: number, body: Uint8Array): Uint8Array => frame(0x18, id, body.byteLength, body);
export const sign: Uint8Array = bytes(Buffer.from(SIGN, "hex"));

/** `count` times the same bytes. */
export function times(count: number, part: (i: number) => Uint8Array): Uint8Array {
  return bytes(...Array.from({ length: count }, (_, i) => part(i)));
}

/** The whole frames at the start of `input`, and how many bytes they take. */
export function parse(input: Uint8Array): { frames: Frame[]; used: number } {
  const view = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  while (view.byteLength - at >= 8) {
    const size = view.readUIntBE(at + 4, 3);
    const flags = view.readUInt8(at + 7);
    const next = at + 8 + (flags === 0x01 || flags === 0x11 || flags === 0x18 ? size : 0);
    if (next > view.byteLength) break;
    frames.push({ flags, id: view.readUInt32BE(at), size, payload: input.slice(at + 8, next) });
    at = next;
  }
  return { frames, used: at };
}
