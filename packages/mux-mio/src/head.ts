// Heads of frames, which of most are all there is.

import { type Output, writeU24, writeU32 } from "mux-engine";
import * as L from "./layout.js";

export function writeHead(out: Output, flags: number, id: number, size: number): void {
  const at = out.reserve(L.HEADER);
  writeU32(out.bytes, at, id);
  writeU24(out.bytes, at + 4, size);
  out.bytes[at + 7] = flags;
}

/** In frames of whole pieces, the last one perhaps not. */
export function writeCredit(out: Output, id: number, bytes: number): void {
  const most = L.MAX_SIZE + 1 - L.PIECE;
  for (let rest = bytes; rest > 0; rest -= most) writeHead(out, L.CREDIT, id, Math.min(rest, most));
}
