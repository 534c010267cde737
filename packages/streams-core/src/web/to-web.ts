// A Conn as a readable byte stream and a writable stream. Both follow the Streams Standard (streams.spec.whatwg.org).

import type { Conn } from "../contract.js";
import { isStreamsError } from "../errors.js";
import { bytesOf } from "./bytes.js";
import type { WebPair } from "./index.js";

/**
 * The connection as web streams, which own it from then on.
 * - `readable` is a byte stream (BYOB readers work). It asks the connection only when somebody reads.
 * - `writable` takes Uint8Array, any other view, or ArrayBuffer. Closing it is the half-close.
 * - Cancelling the one or aborting the other resets the connection, both directions; the reset carries the reason's `resetCode` if it has one.
 * - Both fail with the connection's own error.
 */
export function toWeb(conn: Conn): WebPair {
  return { readable: readableOf(conn), writable: writableOf(conn) };
}

function readableOf(conn: Conn): ReadableStream<Uint8Array> {
  return new ReadableStream(new ReadableSide(conn));
}

/** What is called for every chunk is made once: an async `pull` would cost half as much again as the chunk itself. */
class ReadableSide implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #conn: Conn;
  #controller: ReadableByteStreamController | undefined;

  constructor(conn: Conn) {
    this.#conn = conn;
  }

  pull(controller: ReadableByteStreamController): Promise<void> {
    this.#controller = controller;
    return this.#conn.read().then(this.#took);
  }

  cancel(reason: unknown): void {
    this.#conn.reset(codeOf(reason));
  }

  readonly #took = (chunk: Uint8Array | null): void => {
    const controller = this.#controller;
    if (controller === undefined) return;
    if (chunk !== null) return deliver(controller, chunk);
    controller.close();
    // A waiting BYOB read learns of the end only by this (Streams Standard, ReadableByteStreamControllerClose).
    controller.byobRequest?.respond(0);
  };
}

/** The standard detaches the buffer of what is enqueued, and the chunk may be a view of one that others use: so it is copied. Not by `slice`: that of a Buffer copies nothing. */
function deliver(controller: ReadableByteStreamController, chunk: Uint8Array): void {
  const request = controller.byobRequest;
  const view = request?.view;
  if (!request || !view) {
    controller.enqueue(new Uint8Array(chunk));
    return;
  }
  const fits = Math.min(view.byteLength, chunk.byteLength);
  new Uint8Array(view.buffer, view.byteOffset, fits).set(chunk.subarray(0, fits));
  request.respond(fits);
  if (fits < chunk.byteLength) controller.enqueue(new Uint8Array(chunk.subarray(fits)));
}

function writableOf(conn: Conn): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    start(controller) {
      // The standard calls a sink's `abort` only after the write under way, which may be the very one that hangs.
      controller.signal.addEventListener("abort", () => conn.reset(codeOf(controller.signal.reason)));
      conn.closed.catch((error) => controller.error(error));
    },
    write(chunk) {
      const bytes = bytesOf(chunk);
      if (bytes !== undefined) return conn.write(bytes);
      conn.reset();
      throw new TypeError("Only bytes can be written: a Uint8Array, another view, or an ArrayBuffer.");
    },
    close: () => conn.close(),
  });
}

function codeOf(reason: unknown): number | undefined {
  return isStreamsError(reason) ? reason.resetCode : undefined;
}
