// The bases of wrappers: they forward everything, so that a wrapper overrides only what it changes.

import type {
  CloseInfo,
  Features,
  HeaderInit,
  Listener,
  NewStreamOptions,
  OpOptions,
  SessionStats,
  Stream,
  StreamHandler,
  StreamProvider,
} from "./contract.js";
import { accepted, chunks } from "./kit/iterate.js";
import { handled } from "./kit/ready.js";

export class ForwardingStream implements Stream {
  protected readonly inner: Stream;

  constructor(inner: Stream) {
    this.inner = inner;
  }

  get id(): string {
    return this.inner.id;
  }
  get headers(): Headers {
    return this.inner.headers;
  }
  get opened(): Promise<Headers> {
    return this.inner.opened;
  }
  get closed(): Promise<void> {
    return this.inner.closed;
  }
  read(options?: OpOptions): Promise<Uint8Array | null> {
    return this.inner.read(options);
  }
  write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    return this.inner.write(chunk, options);
  }
  close(options?: OpOptions): Promise<void> {
    return this.inner.close(options);
  }
  reset(code?: number): void {
    this.inner.reset(code);
  }
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return chunks(this);
  }
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.inner[Symbol.asyncDispose]();
  }
}

export class ForwardingListener implements Listener {
  protected readonly inner: Listener;
  readonly #wrap: (stream: Stream) => Stream;

  constructor(inner: Listener, wrap: (stream: Stream) => Stream = (stream) => stream) {
    this.inner = inner;
    this.#wrap = wrap;
  }

  accept(options?: OpOptions): Promise<Stream | null> {
    return handled(this.inner.accept(options).then((stream) => stream && this.#wrap(stream)));
  }
  close(): Promise<void> {
    return this.inner.close();
  }
  [Symbol.asyncIterator](): AsyncIterator<Stream> {
    return accepted(this);
  }
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.inner[Symbol.asyncDispose]();
  }
}

export class ForwardingProvider implements StreamProvider {
  protected readonly inner: StreamProvider;

  constructor(inner: StreamProvider) {
    this.inner = inner;
  }

  /** Override to wrap every stream of the session, whoever opened it. */
  protected wrapStream(stream: Stream, _opener: "local" | "remote"): Stream {
    return stream;
  }

  get features(): Features {
    return this.inner.features;
  }
  get ready(): Promise<void> {
    return this.inner.ready;
  }
  get closed(): Promise<CloseInfo> {
    return this.inner.closed;
  }
  newStream(headers?: HeaderInit, options?: NewStreamOptions): Promise<Stream> {
    return handled(this.inner.newStream(headers, options).then((stream) => this.wrapStream(stream, "local")));
  }
  listen(handler?: StreamHandler): Listener {
    return new ForwardingListener(this.inner.listen(handler), (stream) => this.wrapStream(stream, "remote"));
  }
  ping(options?: OpOptions): Promise<number> {
    return this.inner.ping(options);
  }
  stats(): SessionStats {
    return this.inner.stats();
  }
  shutdown(options?: OpOptions): Promise<void> {
    return this.inner.shutdown(options);
  }
  close(info?: { readonly code?: number; readonly reason?: string }): Promise<void> {
    return this.inner.close(info);
  }
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.inner[Symbol.asyncDispose]();
  }
}
