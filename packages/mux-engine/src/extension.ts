// What our own ends tell each other over a wire of others that has no words for it: the bodies of extension frames. Each is a kind, a
// number, and what may follow it.

import { broken } from "streams-core/kit";
import { readU32, writeU32 } from "./big-endian.js";
import type { Output } from "./output.js";
import type { SessionEnd } from "./wire.js";

/** What the frames of a wire have in common with ours: a place for a body of `length` bytes. */
export type Reserve = (out: Output, id: number, length: number) => number;

export const OPEN = 1;
export const ACCEPT = 2;
export const REFUSE = 3;
export const RESET = 4;
export const ABORT = 5;
export const STOP = 6;
export const CREDIT = 7;
export const PING = 8;
export const PONG = 9;
export const DRAIN = 10;
export const CLOSE = 11;
export const FAIL = 12;

const HEAD = 5;
const MAX_REASON = 256;
const NOTHING = new Uint8Array(0);

/** Writes frames of one kind. */
export function writer(
  reserve: Reserve,
  kind: number,
): (out: Output, id: number, value: number, rest?: Uint8Array) => void {
  return (out, id, value, rest = NOTHING) => {
    const at = reserve(out, id, HEAD + rest.length);
    out.bytes[at] = kind;
    writeU32(out.bytes, at + 1, value);
    if (rest.length > 0) out.bytes.set(rest, at + HEAD);
  };
}

/** As `writer`, for frames that are about the session. */
export function sessionWriter(reserve: Reserve, kind: number): (out: Output, value: number) => void {
  const write = writer(reserve, kind);
  return (out, value) => write(out, 0, value);
}

export function writeClose(reserve: Reserve, out: Output, lastId: number, { code, reason, failed }: SessionEnd): void {
  const rest = new Uint8Array(4 + MAX_REASON);
  writeU32(rest, 0, code);
  const { written } = new TextEncoder().encodeInto(reason, rest.subarray(4));
  writer(reserve, failed === undefined ? CLOSE : FAIL)(out, 0, lastId, rest.subarray(0, 4 + written));
}

/** What a body says. */
export interface Said {
  readonly kind: number;
  readonly value: number;
  readonly rest: Uint8Array;
}

/** @throws ERR_PROTOCOL */
export function parse(id: number, body: Uint8Array): Said {
  const kind = body[0] ?? 0;
  const length = body.length - HEAD;
  const [least = 0, most = -1] =
    kind >= CLOSE ? [4, 4 + MAX_REASON] : kind === OPEN || kind === ACCEPT || kind === REFUSE ? [0, 16384] : [0, 0];
  const rightStream = kind >= PING ? id === 0 : id !== 0;
  if (kind < OPEN || kind > FAIL || length < least || length > most || !rightStream) {
    throw broken(`sent an extension frame of kind ${kind} and ${body.length} bytes on stream ${id}`);
  }
  return { kind, value: readU32(body, 1), rest: body.subarray(HEAD) };
}

/** The session's end as the rest of a frame has it. */
export function parseEnd(rest: Uint8Array): { readonly code: number; readonly reason: string } {
  return { code: readU32(rest, 0), reason: new TextDecoder().decode(rest.subarray(4)) };
}
