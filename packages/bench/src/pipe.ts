// A stream as callbacks: the form that costs nothing over any library made of events. And what makes one of a Duplex.

import type { Duplex } from "node:stream";

/** Who uses a pipe. */
export interface PipeUser {
  data(chunk: Uint8Array): void;
  end(): void;
  /** More may be written, after `write` said false. */
  drain(): void;
}

export interface Pipe {
  /** Called once, in the turn the pipe was given; or again, to hand it over. */
  use(user: PipeUser): void;
  /** False when the writer should wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  /** Between these two, writes leave together. */
  cork?(): void;
  uncork?(): void;
  /** For peers with headers: the value of the reply header once the first byte came. */
  reply?(): string | undefined;
}

/** A session of a library made of events. */
export interface PipeMux {
  open(headers: boolean, opened: (pipe: Pipe) => void): void;
  /** Whether one direction can end while the other goes on. If not, an echo is over when its answer is there. */
  readonly halfClose: boolean;
}

export class DuplexPipe implements Pipe {
  readonly #duplex: Duplex;
  #user: PipeUser | undefined;

  constructor(duplex: Duplex) {
    this.#duplex = duplex;
  }

  use(user: PipeUser): void {
    const before = this.#user;
    this.#user = user;
    if (before !== undefined) return;
    const duplex = this.#duplex;
    duplex.on("data", (chunk: Uint8Array) => this.#user?.data(chunk));
    duplex.on("end", () => this.#user?.end());
    duplex.on("drain", () => this.#user?.drain());
    duplex.on("error", brokenUnlessEnded(duplex));
  }

  write(chunk: Uint8Array): boolean {
    return this.#duplex.write(chunk);
  }

  end(): void {
    this.#duplex.end();
  }

  cork(): void {
    this.#duplex.cork();
  }

  uncork(): void {
    this.#duplex.uncork();
  }
}

function brokenUnlessEnded(duplex: Duplex): (error: Error) => void {
  return (error) => {
    if (!(duplex.readableEnded && duplex.writableEnded)) fail(error);
  };
}

/** Ends this process with the reason, which the harness shows. */
export function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
