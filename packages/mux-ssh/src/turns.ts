// Who may write to the connection now. ssh2 writes whatever it is given; streams ask here first and take turns.

import type { Duplex } from "node:stream";
import type { SshStream } from "./stream.js";

/** Bytes that may wait in the connection before streams wait: what a small message waits for behind bulk. */
const QUEUED = 256 * 1024;

export class Turns {
  readonly #sock: Duplex;
  readonly #waiting = new Set<SshStream>();
  #gathering = false;

  constructor(sock: Duplex) {
    this.#sock = sock;
    sock.on("drain", () => this.#flush());
  }

  get room(): boolean {
    return !this.#sock.writableNeedDrain || this.#sock.writableLength < QUEUED;
  }

  /** Whether the stream may write; if not, it is flushed when it may. */
  take(stream: SshStream): boolean {
    if (this.room) return true;
    this.#waiting.add(stream);
    return false;
  }

  forget(stream: SshStream): void {
    this.#waiting.delete(stream);
  }

  /** Whatever is sent until the next tick leaves in one write: ssh2 makes up to three of every packet. */
  gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#sock.cork();
    process.nextTick(() => {
      this.#gathering = false;
      this.#sock.uncork();
    });
  }

  #flush(): void {
    for (const stream of [...this.#waiting]) {
      if (!this.room) return;
      this.#waiting.delete(stream);
      stream.flush();
    }
  }
}
