// A Node Duplex over a Conn, with what users of net.Socket call, so that http, http2, tls and ssh run over any stream.

import { Socket, type SocketReadyState } from "node:net";
import { Duplex } from "node:stream";
import type { Conn } from "../contract.js";
import { isStreamsError } from "../errors.js";
import { wholeNumber } from "../kit/options.js";
import { READY } from "../kit/ready.js";
import { duplexBelow, takeDuplex } from "./from-duplex.js";
import { LOST } from "./lost.js";

export interface ToDuplexOptions {
  /** Bytes that each direction of the duplex holds before it pushes back. Default 65,536. */
  readonly highWaterMark?: number;
}

/** A Duplex with what users of net.Socket call. Addresses are those of the socket below, `undefined` where none is known. */
export interface SocketDuplex extends Duplex {
  readonly connecting: boolean;
  readonly pending: boolean;
  readonly readyState: SocketReadyState;
  readonly timeout?: number | undefined;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly remoteFamily?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly localFamily?: string | undefined;
  address(): object;
  /** Emits 'timeout' after so many milliseconds without a byte either way; 0 stops that. */
  setTimeout(ms: number, callback?: () => void): this;
  setNoDelay(on?: boolean): this;
  setKeepAlive(on?: boolean, initialDelay?: number): this;
  ref(): this;
  unref(): this;
}

/**
 * The connection or stream as a Duplex, which owns it from now on. `end()` is half-close; `destroy()` is `reset`, or after `end()`
 * takes no more, as a socket does. Errors keep their code, come after the bytes that had arrived, and are thrown at nobody who
 * does not listen. A net.Socket that `fromDuplex` wrapped, and that nobody has used since, comes back as it is.
 * @throws ERR_OPTION_INVALID
 */
export function toDuplex(conn: Conn, options: ToDuplexOptions = {}): SocketDuplex {
  const highWaterMark = wholeNumber("highWaterMark", options.highWaterMark, 64 * 1024);
  const below = duplexBelow(conn);
  if (!(below instanceof Socket)) return new ConnDuplex(conn, highWaterMark, undefined);
  return takeDuplex(conn) === undefined ? new ConnDuplex(conn, highWaterMark, below) : below;
}

type Done = (error?: Error | null) => void;

class ConnDuplex extends Duplex implements SocketDuplex {
  readonly #conn: Conn;
  readonly #below: Socket | undefined;
  #reading = false;
  #ended = false;
  #draining = false;
  #failure: Error | undefined;
  #idle: NodeJS.Timeout | undefined;
  timeout: number | undefined;
  bytesRead = 0;
  bytesWritten = 0;

  constructor(conn: Conn, highWaterMark: number, below: Socket | undefined) {
    super({ allowHalfOpen: true, highWaterMark });
    this.#conn = conn;
    this.#below = below;
    // Whoever does not listen learns of it from his next call.
    this.on("error", () => {});
    conn.closed.catch(this.#onLoss);
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (this.#failure !== undefined && this.readableLength === 0) process.nextTick(() => this.destroy(this.#failure));
    return chunk;
  }

  override _read(): void {
    if (this.#reading || this.#ended) return;
    this.#reading = true;
    this.#conn.read().then(this.#onChunk, this.#onReadError);
  }

  readonly #onChunk = (chunk: Uint8Array | null): void => {
    this.#reading = false;
    this.#idle?.refresh();
    if (chunk === null) {
      this.#ended = true;
      this.push(null);
      return;
    }
    if (this.destroyed) return this.#conn.reset();
    this.bytesRead += chunk.length;
    this.push(chunk);
    if (this.#draining) this._read();
  };

  readonly #onReadError = (error: unknown): void => {
    this.#reading = false;
    this.#fail(asError(error));
  };

  /** The connection failed, perhaps while nobody reads or writes: what it still holds comes first, then the error. */
  readonly #onLoss = (error: unknown): void => {
    this.#draining = true;
    if (this.#ended) this.#fail(asError(error));
    else this._read();
  };

  /** What was read from the connection comes before its error. */
  #fail(error: Error): void {
    if (this.readableLength === 0) return void this.destroy(error);
    this.#failure ??= error;
    this.emit(LOST, error);
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#wait(this.#send(chunk), done);
  }

  override _writev(items: { chunk: Uint8Array }[], done: Done): void {
    let last = READY;
    for (const { chunk } of items) {
      const written = this.#send(chunk);
      if (written !== READY) last = written;
    }
    this.#wait(last, done);
  }

  override _final(done: Done): void {
    this.#wait(this.#conn.close(), done);
  }

  /**
   * Without an error, and when our end is out, it waits for the peer's end and resets only if bytes come instead, as a socket
   * does: otherwise whoever hangs up after his last word, as TLS does, would take that word back.
   */
  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#idle);
    if (error === null && this.writableFinished && this.readableLength === 0) this._read();
    else this.#conn.reset(isStreamsError(error) ? error.resetCode : undefined);
    done(error);
  }

  #send(chunk: Uint8Array): Promise<void> {
    this.#idle?.refresh();
    this.bytesWritten += chunk.length;
    return this.#conn.write(chunk);
  }

  #wait(written: Promise<void>, done: Done): void {
    if (written === READY) done();
    else
      written.then(
        () => done(),
        (error) => this.#onWriteError(asError(error), done),
      );
  }

  /** A failed write destroys the duplex, but what the peer had sent before comes first: it is here within this turn. */
  #onWriteError(error: Error, done: Done): void {
    this.#draining = true;
    this._read();
    setImmediate(done, error);
  }

  setTimeout(ms: number, callback?: () => void): this {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.timeout = ms;
    if (ms > 0 && !this.destroyed) {
      this.#idle = setTimeout(() => this.emit("timeout"), ms).unref();
      if (callback) this.once("timeout", callback);
    } else if (callback) this.off("timeout", callback);
    return this;
  }

  setNoDelay(on?: boolean): this {
    this.#below?.setNoDelay(on);
    return this;
  }

  setKeepAlive(on?: boolean, initialDelay?: number): this {
    this.#below?.setKeepAlive(on, initialDelay);
    return this;
  }

  ref(): this {
    this.#below?.ref();
    return this;
  }

  unref(): this {
    this.#below?.unref();
    return this;
  }

  address(): object {
    return this.#below?.address() ?? {};
  }

  get remoteAddress(): string | undefined {
    return this.#below?.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#below?.remotePort;
  }
  get remoteFamily(): string | undefined {
    return this.#below?.remoteFamily;
  }
  get localAddress(): string | undefined {
    return this.#below?.localAddress;
  }
  get localPort(): number | undefined {
    return this.#below?.localPort;
  }
  get localFamily(): string | undefined {
    return this.#below?.localFamily;
  }
  get connecting(): boolean {
    return false;
  }
  get pending(): boolean {
    return false;
  }
  get readyState(): SocketReadyState {
    if (this.readable) return this.writable ? "open" : "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
