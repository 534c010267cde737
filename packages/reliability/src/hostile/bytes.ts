// Bytes put together by hand, big endian.

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 255);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

export function text(chunk: Uint8Array | null | undefined): string | null {
  return chunk === null || chunk === undefined ? null : Buffer.from(chunk).toString("latin1");
}

/** The frames for 0, 1, … `count` - 1, one behind the other. */
export function times(count: number, part: (i: number) => Uint8Array): Uint8Array {
  return concat(...Array.from({ length: count }, (_, i) => part(i)));
}
