// A TLS socket as a duplex of JavaScript. node:http2 takes the bytes of a socket past JavaScript, and when the connection below TLS is reset
// while the session still writes, that crashes the process (seen on Node 20). Reading on while it writes is done here too.

import type { Socket } from "node:net";
import { Duplex } from "node:stream";

export class ReadAhead extends Duplex {
  readonly #socket: Socket;
  #ended = false;

  constructor(socket: Socket, ahead: number) {
    super({ readableHighWaterMark: ahead });
    this.#socket = socket;
    // node:http2 sets this on the sockets that it sees.
    socket.setNoDelay();
    socket.on("data", (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.push(null);
    });
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => {
      if (!this.#ended) this.destroy();
    });
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  override _read(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(items: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#socket.cork();
    const last = items.pop();
    for (const { chunk } of items) this.#socket.write(chunk);
    if (last !== undefined) this.#socket.write(last.chunk, done);
    this.#socket.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
