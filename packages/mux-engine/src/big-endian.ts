// Unsigned integers in network order. Callers have checked that the bytes are there.

export function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function readU24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | readU16(bytes, at + 1);
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x1000000 + readU24(bytes, at + 1);
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  writeU16(bytes, at + 1, value);
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  writeU24(bytes, at + 1, value);
}
