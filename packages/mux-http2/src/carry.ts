// What node:http2 tells of a stream, to the stream on it: by listeners that all streams share.

import type { Http2Stream, IncomingHttpHeaders } from "node:http2";
import { Readable } from "node:stream";

/** What a node:http2 stream carries. */
export interface Carried {
  onResponse(fields: IncomingHttpHeaders): void;
  onData(chunk: Uint8Array): void;
  /** Also when the peer reset the stream: then there is a code. */
  onEnd(): void;
  onFinish(): void;
  onError(cause: unknown): void;
  onClose(): void;
}

const CARRIED: unique symbol = Symbol("what it carries");

interface Carrier extends Http2Stream {
  [CARRIED]?: Carried;
}

/** @param request whether it is a request of ours, which gets a response */
export function carry(wire: Carrier, carried: Carried, request: boolean): void {
  wire[CARRIED] = carried;
  wire.on("error", onError);
  wire.on("data", onData);
  wire.on("end", onEnd);
  wire.on("finish", onFinish);
  wire.on("close", onClose);
  if (request) wire.on("response", onResponse);
}

/**
 * Pauses it: the peer gets no more credit. What it still has comes on to what is carried: node:http2 would keep it frame by frame, and
 * each may be one byte that holds 64 KiB.
 */
export function pause(wire: Carrier): void {
  wire.pause();
  // What it holds already comes first: reading gives it to the listener.
  while (wire.readableLength > 0 && wire.read() !== null);
  Object.assign(wire, { push });
}

/** What it holds and will not give any more: it is over. */
export function leftovers(wire: Carrier): Uint8Array[] {
  wire.off("data", onData);
  const chunks: Uint8Array[] = [];
  for (let chunk = wire.read(); chunk instanceof Uint8Array; chunk = wire.read()) chunks.push(chunk);
  return chunks;
}

export function resume(wire: Carrier): void {
  wire.resume();
  // It waits for what went past it, and would not ask for more.
  if (!wire.destroyed && Object.hasOwn(wire, "push")) wire._read(0);
}

function push(this: Carrier, chunk: Uint8Array | null): boolean {
  if (chunk === null || !this.isPaused()) return Readable.prototype.push.call(this, chunk);
  this[CARRIED]?.onData(chunk);
  return false;
}

function onResponse(this: Carrier, fields: IncomingHttpHeaders): void {
  this[CARRIED]?.onResponse(fields);
}

function onData(this: Carrier, chunk: Uint8Array): void {
  this[CARRIED]?.onData(chunk);
}

function onEnd(this: Carrier): void {
  this[CARRIED]?.onEnd();
}

function onFinish(this: Carrier): void {
  this[CARRIED]?.onFinish();
}

function onError(this: Carrier, cause: unknown): void {
  this[CARRIED]?.onError(cause);
}

function onClose(this: Carrier): void {
  this[CARRIED]?.onClose();
}
