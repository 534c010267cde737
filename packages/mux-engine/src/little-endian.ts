// Unsigned integers with their low byte first. Callers have checked that the bytes are there.

export function readU16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function readU32le(bytes: Uint8Array, at: number): number {
  return readU16le(bytes, at) + readU16le(bytes, at + 2) * 0x10000;
}

export function writeU16le(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

/** Writes the number modulo 2^32. */
export function writeU32le(bytes: Uint8Array, at: number, value: number): void {
  writeU16le(bytes, at, value);
  writeU16le(bytes, at + 2, value >>> 16);
}
