// The frames of smux built and read by hand, so that the tests do not trust what they test.

export const SYN = 0;
export const FIN = 1;
export const PSH = 2;
export const NOP = 3;
export const UPD = 4;
export const EXTENSION = 0x80;

export interface Frame {
  readonly version: number;
  readonly command: number;
  readonly id: number;
  readonly body: Uint8Array;
}

export function bytes(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
}

export const u16 = (value: number): number[] => [value & 255, value >>> 8];
export const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];

/** The frames of one version. */
export interface Frames {
  frame(command: number, id: number, body?: Uint8Array | readonly number[] | string): Uint8Array;
  syn(id: number): Uint8Array;
  fin(id: number): Uint8Array;
  psh(id: number, body: Uint8Array | string): Uint8Array;
  nop(id?: number): Uint8Array;
  upd(id: number, consumed: number, window: number): Uint8Array;
  /** Our own sign. */
  readonly sign: Uint8Array;
}

export function framesOf(version: 1 | 2): Frames {
  const frame: Frames["frame"] = (command, id, body = []) => {
    const { byteLength } = Buffer.from(body as Uint8Array);
    return bytes([version, command], u16(byteLength), u32(id), body);
  };
  return {
    frame,
    syn: (id) => frame(SYN, id),
    fin: (id) => frame(FIN, id),
    psh: (id, body) => frame(PSH, id, body),
    nop: (id = 0) => frame(NOP, id),
    upd: (id, consumed, window) => frame(UPD, id, [...u32(consumed), ...u32(window)]),
    sign: bytes([version, NOP, 0, 0], "strm"),
  };
}

/** The whole frames at the start of `input`, and how many bytes they take. */
export function parse(input: Uint8Array): { frames: Frame[]; used: number } {
  const view = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  while (view.byteLength - at >= 8) {
    const end = at + 8 + view.readUInt16LE(at + 2);
    if (end > view.byteLength) break;
    const [version, command] = [view.readUInt8(at), view.readUInt8(at + 1)];
    frames.push({ version, command, id: view.readUInt32LE(at + 4), body: input.slice(at + 8, end) });
    at = end;
  }
  return { frames, used: at };
}

const NAMES = ["syn", "fin", "psh", "nop", "upd"];

/** A frame in a few words: `psh 3 hello`, `upd 3 5+65536`. */
export function shown({ command, id, body }: Frame): string {
  const view = Buffer.from(body);
  const what = command === UPD ? `${view.readUInt32LE(0)}+${view.readUInt32LE(4)}` : view.toString("latin1");
  return `${NAMES[command] ?? command.toString(16)} ${id} ${what}`.trim();
}
