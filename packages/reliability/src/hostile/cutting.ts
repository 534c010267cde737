// The frames of a session, however the transport cuts them.

import type { Seen } from "./codec.js";

/**
 * @param header bytes of a frame's header
 * @param body bytes that follow the header which begins at `at`
 * @param preface bytes before the first frame
 */
export function cutting(
  header: number,
  body: (held: Buffer, at: number) => number,
  read: (whole: Buffer) => Seen | readonly Seen[],
  preface = 0,
): (chunk: Uint8Array) => Seen[] {
  let held = Buffer.alloc(0);
  let skip = preface;
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    const seen: Seen[] = [];
    if (held.byteLength < skip) return seen;
    let at = skip;
    skip = 0;
    while (held.byteLength - at >= header) {
      const next = at + header + body(held, at);
      if (next > held.byteLength) break;
      seen.push(...[read(held.subarray(at, next))].flat());
      at = next;
    }
    held = Buffer.from(held.subarray(at));
    return seen;
  };
}
