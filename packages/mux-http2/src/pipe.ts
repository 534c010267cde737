// The duplex that node:http2 gets. While a write of its own waits for the transport it stops reading, and when both ends write more than
// the transport holds, both wait for ever. So what lies below reads on, as far ahead as the peer may send: a session window.

import { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Conn } from "streams-core";
import { toDuplex } from "streams-core/node";

export interface Pipe {
  readonly duplex: Duplex & { readonly bytesRead: number; readonly bytesWritten: number };
  /** Whether TLS is below. */
  readonly secure: boolean;
  /** Whether node:http2 takes its bytes past JavaScript. */
  readonly direct: boolean;
}

/** Frames that are not counted against the window: headers, settings, pings, and what each frame has around its payload. */
const UNCOUNTED = 1024 * 1024;

/** From this version on node:http2 reads while it writes. */
const READS_ON = [26, 10] as const;

/**
 * A socket is handed over as it is where node:http2 reads on by itself, otherwise under a duplex that does.
 * @param window bytes that the peer may have under way
 */
export function toPipe(conn: Conn, window: number): Pipe {
  const ahead = window + UNCOUNTED;
  const below = toDuplex(conn, { highWaterMark: ahead });
  const secure = "encrypted" in below;
  if (!(below instanceof Socket)) return { duplex: below, secure, direct: false };
  const direct = readsOn();
  return { duplex: direct ? below : new ReadAhead(below, ahead), secure, direct };
}

function readsOn(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > READS_ON[0] || (major === READS_ON[0] && minor >= READS_ON[1]);
}

class ReadAhead extends Duplex {
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
