// The end of a connection: goodbye, and a limit to how long the peer may take to hang up too.

import { Outcome } from "streams-core/kit";
import type { SocketDuplex } from "streams-core/node";
import { quietly } from "./channel.js";

export class HangUp {
  readonly #sock: SocketDuplex;
  readonly #stall: number;
  readonly #gone = new Outcome<void>();
  #timer: NodeJS.Timeout | undefined;

  /** @param stall milliseconds after which a peer that takes nothing is given up */
  constructor(sock: SocketDuplex, stall: number) {
    this.#sock = sock;
    this.#stall = stall;
    sock.on("close", () => {
      clearInterval(this.#timer);
      this.#gone.resolve();
    });
  }

  /** Resolves when the connection is closed. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Says goodbye, sends what was written, and cuts the connection if the peer does not hang up too within `patience` milliseconds. */
  politely(goodbye: () => void, patience: number): void {
    if (this.#gone.settled) return;
    quietly(goodbye);
    this.#sock.end();
    let sent = this.#sent;
    let waited = 0;
    this.#timer = setInterval(() => {
      waited = this.#sent === sent ? waited + patience : 0;
      sent = this.#sent;
      if (this.#sock.writableLength === 0 ? waited > 0 : waited >= this.#stall) this.#sock.destroy();
    }, patience);
  }

  now(): void {
    this.#sock.destroy();
  }

  get #sent(): number {
    return this.#sock.bytesWritten - this.#sock.writableLength;
  }
}
