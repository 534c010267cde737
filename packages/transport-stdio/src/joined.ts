// A readable and a writable pipe as one Duplex, whose two ends stay apart.

import { Duplex, type Readable } from "node:stream";

/** Where the bytes go. */
export interface Sink {
  write(chunk: Uint8Array, done?: (error?: Error | null) => void): unknown;
  cork(): void;
  uncork(): void;
  /** Nothing more comes; `done` once everything is handed to the system. */
  end(done: (error?: Error | null) => void): unknown;
  destroy(): unknown;
  readonly destroyed: boolean;
}

export interface Hooks {
  /** The readable has ended: what that means. Rejects if it was no clean end. */
  ended?(): Promise<void>;
  /** A write or the end could not be handed on: what that means. `null` if it is no matter. */
  failed?(cause: Error, what: "data" | "end"): Promise<Error | null>;
  /** Both directions are over, with an error or without. */
  over?(error: Error | null): void;
}

export class Joined extends Duplex {
  readonly #source: Readable;
  readonly #sink: Sink;
  readonly #hooks: Hooks;
  #collecting = false;

  /** @param writableHighWaterMark bytes that may wait for the pipe before writers have to */
  constructor(source: Readable, sink: Sink, hooks: Hooks = {}, writableHighWaterMark: number = 64 * 1024) {
    super({ writableHighWaterMark, readableHighWaterMark: 64 * 1024 });
    this.#source = source;
    this.#sink = sink;
    this.#hooks = hooks;
    source.on("data", (chunk) => {
      if (!this.push(chunk) && !this.#collecting) source.pause();
    });
    source.on("end", () => this.#sourceEnded());
    source.on("error", (error) => this.destroy(error));
    source.pause();
  }

  /** Takes everything that the readable still gives, however much waits already: whoever wrote it is gone. */
  collect(): Promise<void> {
    this.#collecting = true;
    if (this.#source.readableEnded || this.#source.destroyed) return Promise.resolve();
    this.#source.resume();
    return new Promise((resolve) => {
      this.#source.once("end", resolve);
      this.#source.once("close", resolve);
    });
  }

  override _read(): void {
    this.#source.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#sink.write(chunk, this.#explained("data", done));
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#sink.cork();
    const last = chunks.length - 1;
    chunks.forEach(
      ({ chunk }, at) => void this.#sink.write(chunk, at === last ? this.#explained("data", done) : undefined),
    );
    this.#sink.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    const ended = this.#explained("end", done);
    // A destroyed stream would not call back.
    if (this.#sink.destroyed) ended(new Error("The pipe is closed."));
    else this.#sink.end(ended);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.destroy();
    this.#sink.destroy();
    this.#hooks.over?.(error);
    done(error);
  }

  #explained(what: "data" | "end", done: (error?: Error | null) => void): (error?: Error | null) => void {
    return (error) => {
      if (!error || this.destroyed || this.#hooks.failed === undefined) done(error);
      else this.#hooks.failed(error, what).then(done, done);
    };
  }

  #sourceEnded(): void {
    const ended = this.#hooks.ended?.() ?? Promise.resolve();
    ended.then(
      () => void this.push(null),
      (error: Error) => this.destroy(error),
    );
  }
}
