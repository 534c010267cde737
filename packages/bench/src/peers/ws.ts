// The npm package ws alone: a message is a write.

import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";
import { LineClient } from "../line-client.js";
import { listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { fail, type Pipe, type PipeUser } from "../pipe.js";
import { servePipe } from "../pipe-server.js";

/** Bytes that may wait in a WebSocket, which has no backpressure of its own: what transport-websocket lets wait. */
const HIGH_WATER_MARK = 128 * 1024;
/** Bytes after which a writer gives way: while the system takes everything, nothing else would make it. */
const TURN = 1024 * 1024;

export const wsPeer: Peer = {
  async serve() {
    const http = createServer();
    const server = new WebSocketServer({ server: http, perMessageDeflate: false });
    server.on("connection", (socket) => servePipe(new WebSocketPipe(socket)));
    return listenLoopback(http);
  },
  async connect({ port }) {
    return new LineClient({
      halfClose: true,
      open(_headers, opened) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
        const pipe = new WebSocketPipe(socket);
        socket.once("open", () => opened(pipe));
      },
    });
  },
};

class WebSocketPipe implements Pipe {
  readonly #socket: WebSocket;
  #user: PipeUser | undefined;
  #blocked = false;
  #turn = 0;
  readonly #sent = (error?: Error | null): void => {
    if (error) fail(error);
    if (!this.#blocked || this.#socket.bufferedAmount > HIGH_WATER_MARK) return;
    this.#blocked = false;
    this.#user?.drain();
  };

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "nodebuffer";
    socket.on("error", fail);
    socket.on("message", (data) => {
      if (data instanceof Uint8Array) this.#user?.data(data);
    });
    socket.on("close", () => this.#user?.end());
  }

  use(user: PipeUser): void {
    this.#user = user;
  }

  write(chunk: Uint8Array): boolean {
    this.#socket.send(chunk, this.#sent);
    this.#blocked = this.#socket.bufferedAmount > HIGH_WATER_MARK;
    this.#turn += chunk.byteLength;
    if (this.#blocked || this.#turn < TURN) return !this.#blocked;
    this.#turn = 0;
    setImmediate(() => this.#user?.drain());
    return false;
  }

  end(): void {
    this.#socket.close();
  }
}
