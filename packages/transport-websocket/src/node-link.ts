// A WebSocket of the npm package ws as a Link. What it sends goes past ws, straight to the socket below, in whole frames: ws would make
// of every chunk a message, a masked copy, a write and a callback. Control frames, and all that comes, stay with ws.

import type { Duplex } from "node:stream";
import { ByteQueue } from "streams-core/kit";
import { WebSocket } from "ws";
import { type Link, WebSocketConn } from "./conn.js";
import { emptyFrame, maskedFrame, plainFrame } from "./frames.js";
import type { Settings } from "./options.js";
import type { Slab } from "./slab.js";

/** @param raw the socket under the WebSocket @param masked whether this is the client: only its frames are masked */
export function nodeConn(socket: WebSocket, raw: Duplex, settings: Settings, masked: boolean): WebSocketConn {
  const link = new NodeLink(socket, raw, settings, masked, () => conn.sent());
  // It can be paused: what a paused one still gives is what one read of the socket had brought.
  const conn = new WebSocketConn(link, { ...settings, maxUnread: Number.POSITIVE_INFINITY });
  socket.binaryType = "fragments";
  socket.on("message", (data, isBinary) => {
    if (!isBinary) conn.text();
    else if (Array.isArray(data)) conn.message(data);
    else conn.message([data instanceof ArrayBuffer ? new Uint8Array(data) : data]);
  });
  // ws reports faults of frames here; a fault of the socket comes as "close" with 1006.
  socket.on("error", (error) => conn.invalid(error));
  socket.on("close", (code, reason) => conn.ended(code, reason.toString()));
  return conn;
}

class NodeLink implements Link {
  readonly #socket: WebSocket;
  readonly #raw: Duplex;
  readonly #settings: Settings;
  readonly #masked: boolean;
  readonly #onSent: () => void;
  readonly #queue = new ByteQueue();
  /** Given to the socket, which has not taken it yet. */
  #writing = 0;

  constructor(socket: WebSocket, raw: Duplex, settings: Settings, masked: boolean, onSent: () => void) {
    this.#socket = socket;
    this.#raw = raw;
    this.#settings = settings;
    this.#masked = masked;
    this.#onSent = onSent;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get unsent(): number {
    return this.#queue.size + this.#writing;
  }

  push(chunk: Uint8Array): void {
    this.#queue.pushWhole(chunk);
  }

  /** In one write with one callback. A WebSocket that closes takes nothing more, and "close" follows. */
  flush(): void {
    const { highWaterMark, maxMessage } = this.#settings;
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const before = this.#queue.size;
    const slabs: Slab[] = [];
    const chunks: Uint8Array[] = [];
    while (this.#queue.size > 0 && this.#writing + before - this.#queue.size < highWaterMark) {
      if (this.#masked) chunks.push(maskedFrame(this.#queue, maxMessage, slabs));
      else chunks.push(...plainFrame(this.#queue, maxMessage));
    }
    if (chunks.length > 0) this.#write(chunks, before - this.#queue.size, slabs);
  }

  sendEnd(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#write([emptyFrame(this.#masked)], 1, []);
    else this.#writing += 1;
  }

  clear(): void {
    this.#queue.clear();
  }

  watch(): void {}

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  #write(chunks: Uint8Array[], size: number, slabs: Slab[]): void {
    this.#writing += size;
    const last = chunks.length - 1;
    this.#raw.cork();
    for (let i = 0; i < last; i += 1) this.#raw.write(chunks[i]);
    this.#raw.write(chunks[last], (error) => {
      if (error) return; // it stays unsent; "close" follows
      for (const slab of slabs) slab.release();
      this.#writing -= size;
      this.#onSent();
    });
    this.#raw.uncork();
  }
}
