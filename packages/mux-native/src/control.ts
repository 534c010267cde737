// The frames that carry no data: what each may be, and what it tells.

import { readU32, type Sink } from "mux-engine";
import type { StreamsError } from "streams-core";
import { broken } from "streams-core/kit";
import * as L from "./layout.js";

/** @param rest what follows the first number */
export type Tell = (sink: Sink, id: number, value: number, rest: Uint8Array) => void;

/** The fewest and the most bytes that each may have, and what they mean. */
const FRAMES: Readonly<Record<number, readonly [least: number, most: number, tell: Tell]>> = {
  [L.RESET]: [4, 4, (sink, id, code) => sink.reset(id, code)],
  [L.REFUSE]: [4, 4 + L.MAX_BLOCK, (sink, id, code, block) => sink.refuse(id, code, block)],
  [L.ABORT]: [4, 4, (sink, id, code) => sink.abort(id, code)],
  [L.STOP]: [4, 4, (sink, id, code) => sink.stop(id, code)],
  [L.CREDIT]: [4, 4, (sink, id, bytes) => sink.credit(id, bytes)],
  [L.PING]: [4, 4, (sink, _, token) => sink.ping(token)],
  [L.PONG]: [4, 4, (sink, _, token) => sink.pong(token)],
  [L.DRAIN]: [4, 4, (sink, _, lastId) => sink.drain(lastId)],
  [L.CLOSE]: [8, 8 + L.MAX_REASON, (sink, _, lastId, rest) => close(sink, lastId, rest, false)],
  [L.FAIL]: [8, 8 + L.MAX_REASON, (sink, _, lastId, rest) => close(sink, lastId, rest, true)],
};

/** What the frame of this header will tell. @throws ERR_PROTOCOL unless flags, stream and length are what the type allows */
export function control(kind: number, id: number, length: number): Tell {
  const [least = 0, most = 0, tell] = FRAMES[kind] ?? [];
  const rightStream = kind < L.PING ? isStream(id) : id === 0;
  if (tell !== undefined && rightStream && length >= least && length <= most) return tell;
  throw badFrame(kind, id, length);
}

export function badFrame(kind: number, id: number, length: number): StreamsError {
  return broken(`sent a frame of type ${kind >> 4}, flags ${kind & 15} and ${length} bytes on stream ${id}`);
}

export function isStream(id: number): boolean {
  return id > 0 && id <= L.MAX_ID;
}

function close(sink: Sink, lastId: number, rest: Uint8Array, failed: boolean): void {
  sink.close(lastId, readU32(rest, 0), new TextDecoder().decode(rest.subarray(4)), failed);
}
