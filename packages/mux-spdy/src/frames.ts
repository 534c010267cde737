// Control frames as bytes.

import { type Output, writeU16, writeU24, writeU32 } from "mux-engine";
import * as L from "./layout.js";

/** Writes a control frame but for what follows its first number or two, and returns where behind the first one that begins. */
export function control(out: Output, type: number, flags: number, length: number, first: number, second = 0): number {
  const at = out.reserve(L.HEADER + length);
  const { bytes } = out;
  writeU16(bytes, at, L.CONTROL);
  writeU16(bytes, at + 2, type);
  bytes[at + 4] = flags;
  writeU24(bytes, at + 5, length);
  writeU32(bytes, at + 8, first);
  if (length >= 8) writeU32(bytes, at + 12, second);
  return at + 12;
}

export function credit(out: Output, id: number, bytes: number): void {
  control(out, L.WINDOW_UPDATE, 0, 8, id, bytes);
}

/** By which our own ends know each other. */
export function sign(out: Output): void {
  const at = control(out, L.SETTINGS, 0, 12, 1, L.SETTING_SIGN);
  writeU32(out.bytes, at + 4, L.SIGN_VERSION);
}
