// A WebSocket of the npm package ws as a Link.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { type Link, WebSocketConn } from "./conn.js";
import type { Settings } from "./options.js";

/** @param raw the socket under the WebSocket, to write several messages at once */
export function nodeConn(socket: WebSocket, raw: Duplex, settings: Settings): WebSocketConn {
  const link = new NodeLink(socket, raw, () => conn.sent());
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
  readonly #onSent: () => void;
  /** Not `bufferedAmount`, which also counts the pongs that ws sends by itself. */
  #buffered = 0;

  constructor(socket: WebSocket, raw: Duplex, onSent: () => void) {
    this.#socket = socket;
    this.#raw = raw;
    this.#onSent = onSent;
  }

  get buffered(): number {
    return this.#buffered;
  }

  send(messages: Iterable<Uint8Array>): void {
    this.#raw.cork();
    for (const message of messages) {
      const size = message.byteLength + 2; // the smallest frame header, so that an empty message counts
      this.#buffered += size;
      this.#socket.send(message, (error) => {
        if (error) return; // it stays unsent; "close" follows
        this.#buffered -= size;
        this.#onSent();
      });
    }
    this.#raw.uncork();
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
}
