// A child's standard input and output alone.

import { spawn } from "node:child_process";
import { LineClient } from "../line-client.js";
import type { Peer } from "../peer.js";
import { fail, type Pipe, type PipeUser } from "../pipe.js";
import { servePipe } from "../pipe-server.js";

export const pipeAlone: Peer = {
  async serve() {
    servePipe(new StandardPipe(process.stdin, process.stdout));
    return 0;
  },
  async connect({ server }) {
    const [command = "", ...args] = server;
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    child.on("error", fail);
    const pipe = new StandardPipe(child.stdout, child.stdin);
    // One line, used again for whatever comes next: an upload after another.
    return new LineClient({ halfClose: true, open: (_headers, opened) => opened(pipe) });
  },
};

class StandardPipe implements Pipe {
  readonly #readable: NodeJS.ReadableStream;
  readonly #writable: NodeJS.WritableStream;
  #user: PipeUser | undefined;

  constructor(readable: NodeJS.ReadableStream, writable: NodeJS.WritableStream) {
    this.#readable = readable;
    this.#writable = writable;
  }

  use(user: PipeUser): void {
    const before = this.#user;
    this.#user = user;
    if (before !== undefined) return;
    this.#readable.on("data", (chunk: Uint8Array) => this.#user?.data(chunk));
    this.#readable.on("end", () => process.exit(0));
    this.#writable.on("drain", () => this.#user?.drain());
    this.#writable.on("error", fail);
  }

  write(chunk: Uint8Array): boolean {
    return this.#writable.write(chunk);
  }

  /** The line stays: the next workload needs it. */
  end(): void {}
}
