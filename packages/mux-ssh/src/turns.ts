// Who may write to the connection now. ssh2 writes whatever it is given; streams ask here first and take turns. What is written in one
// tick leaves together.

import type { Duplex } from "node:stream";
import { afterTick } from "streams-core/kit";

/** Bytes that may wait in the connection before streams wait: what a small message waits for behind bulk. */
const QUEUED = 256 * 1024;

/** A stream that has something to write. */
export interface Taker {
  /** Writes one piece. Whether it could write more. */
  flush(): boolean;
}

export class Turns {
  readonly #sock: Duplex;
  readonly #waiting = new Set<Taker>();
  /** Goes ahead of the streams. */
  readonly #first: () => void;
  #gathering = false;

  constructor(sock: Duplex, first: () => void) {
    this.#sock = sock;
    this.#first = first;
    sock.on("drain", () => {
      this.gather();
      this.#flush();
    });
  }

  get room(): boolean {
    return !this.#sock.writableNeedDrain || this.#sock.writableLength < QUEUED;
  }

  /** The stream is flushed when this tick is over, or when there is room. */
  take(stream: Taker): void {
    this.#waiting.add(stream);
    this.gather();
  }

  forget(stream: Taker): void {
    this.#waiting.delete(stream);
  }

  /** Whatever is sent in this tick leaves in one write: ssh2 makes up to three of every packet. */
  gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#sock.cork();
    afterTick(this.#leave);
  }

  /** What was written leaves now. */
  flush(): void {
    this.#first();
    this.#flush();
  }

  readonly #leave = (): void => {
    this.flush();
    this.#gathering = false;
    this.#sock.uncork();
  };

  /** Each writes a piece in its turn; who has more goes to the back. */
  #flush(): void {
    for (const stream of this.#waiting) {
      if (!this.room) return;
      this.#waiting.delete(stream);
      if (stream.flush()) this.#waiting.add(stream);
    }
  }
}
