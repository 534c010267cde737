// The server of every peer made of events: looks at a stream's first byte and does what it asks for.

import { ACK_SIZE, ECHO, encodeNumbers, HEAD_SIZE, IDLE, MEMORY, MIXED, Mixed, SINK, Sink, shapeOf } from "./bytes.js";
import { memoryAfterCollection } from "./memory.js";
import { fail, type Pipe, type PipeUser } from "./pipe.js";

/** Serves a stream that has come. */
export function servePipe(pipe: Pipe): void {
  pipe.use(new Unknown(pipe));
}

/** Nothing has come yet, or an upload is over and the next may follow. */
class Unknown implements PipeUser {
  readonly #pipe: Pipe;
  #head: Uint8Array = new Uint8Array(0);

  constructor(pipe: Pipe) {
    this.#pipe = pipe;
  }

  data(chunk: Uint8Array): void {
    const kind = this.#head.byteLength > 0 ? this.#head[0] : chunk[0];
    if (kind === ECHO || kind === IDLE) return this.#become(new EchoUser(this.#pipe), chunk);
    if (kind === MEMORY) return this.#memory();
    if (kind !== SINK && kind !== MIXED) fail(`A stream begins with ${kind}, which means nothing.`);
    const head = Buffer.concat([this.#head, chunk]);
    this.#head = head;
    if (head.byteLength < HEAD_SIZE) return;
    this.#head = new Uint8Array(0);
    const shape = shapeOf(head);
    const pipe = this.#pipe;
    const takes = kind === SINK ? new Sink(shape) : new Mixed(shape, (small) => void pipe.write(small));
    this.#become(new Upload(pipe, takes, this), head.subarray(HEAD_SIZE));
  }

  end(): void {
    this.#pipe.end();
  }

  drain(): void {}

  #become(user: PipeUser, rest: Uint8Array): void {
    this.#pipe.use(user);
    if (rest.byteLength > 0) user.data(rest);
  }

  #memory(): void {
    memoryAfterCollection().then(({ rss, heap }) => void this.#pipe.write(encodeNumbers(rss, heap, 0, 0)), fail);
  }
}

class EchoUser implements PipeUser {
  readonly #pipe: Pipe;

  constructor(pipe: Pipe) {
    this.#pipe = pipe;
  }

  data(chunk: Uint8Array): void {
    this.#pipe.write(chunk);
  }

  end(): void {
    this.#pipe.end();
  }

  drain(): void {}
}

class Upload implements PipeUser {
  readonly #pipe: Pipe;
  readonly #takes: Sink | Mixed;
  readonly #after: PipeUser;

  constructor(pipe: Pipe, takes: Sink | Mixed, after: PipeUser) {
    this.#pipe = pipe;
    this.#takes = takes;
    this.#after = after;
  }

  data(chunk: Uint8Array): void {
    const ack = this.#takes.take(chunk);
    if (ack === undefined) return;
    if (ack.byteLength !== ACK_SIZE) fail("The acknowledgement has a wrong size.");
    this.#pipe.use(this.#after);
    this.#pipe.write(ack);
  }

  end(): void {
    fail("An upload ended before its final segment.");
  }

  drain(): void {}
}
