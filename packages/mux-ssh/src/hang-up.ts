// The end of a connection: goodbye, and a limit to how long the peer may take to hang up too.

import type { Duplex } from "node:stream";
import { Outcome } from "streams-core/kit";
import { quietly } from "./channel.js";

export class HangUp {
  readonly #sock: Duplex;
  readonly #gone = new Outcome<void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sock: Duplex) {
    this.#sock = sock;
    sock.on("close", () => {
      clearTimeout(this.#timer);
      this.#gone.resolve();
    });
  }

  /** Resolves when the connection is closed. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Says goodbye, sends what was written, and cuts the connection if it is not closed `patience` milliseconds later. */
  politely(goodbye: () => void, patience: number): void {
    if (this.#gone.settled) return;
    quietly(goodbye);
    this.#sock.end();
    this.#timer = setTimeout(() => this.#sock.destroy(), patience);
  }

  now(): void {
    this.#sock.destroy();
  }
}
