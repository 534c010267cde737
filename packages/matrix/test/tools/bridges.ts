// Sessions whose streams have gone through a bridge and back, so that a bridge can be held to the whole contract of a stream.

import {
  type Conn,
  ForwardingProvider,
  ForwardingStream,
  type OpOptions,
  type Stream,
  type StreamProvider,
} from "streams-core";
import { fromDuplex, toDuplex } from "streams-core/node";
import { fromWeb, toWeb } from "streams-core/web";

export const bridges: { readonly node: (stream: Stream) => Conn; readonly web: (stream: Stream) => Conn } = {
  node: (stream) => fromDuplex(toDuplex(stream)),
  web: (stream) => fromWeb(toWeb(stream)),
};

/** Every stream of the session, there and back through the bridge. */
export function bridged(inner: StreamProvider, bridge: (stream: Stream) => Conn): StreamProvider {
  return new BridgedProvider(inner, bridge);
}

class BridgedProvider extends ForwardingProvider {
  readonly #bridge: (stream: Stream) => Conn;

  constructor(inner: StreamProvider, bridge: (stream: Stream) => Conn) {
    super(inner);
    this.#bridge = bridge;
  }

  protected override wrapStream(stream: Stream): Stream {
    return new BridgedStream(stream, this.#bridge(stream));
  }
}

/** Id, headers and decision are the stream's own; all that moves bytes is the bridge's. */
class BridgedStream extends ForwardingStream {
  readonly #conn: Conn;

  constructor(inner: Stream, conn: Conn) {
    super(inner);
    this.#conn = conn;
  }

  override get closed(): Promise<void> {
    return this.#conn.closed;
  }
  override read(options?: OpOptions): Promise<Uint8Array | null> {
    return this.#conn.read(options);
  }
  override write(chunk: Uint8Array, options?: OpOptions): Promise<void> {
    return this.#conn.write(chunk, options);
  }
  override close(options?: OpOptions): Promise<void> {
    return this.#conn.close(options);
  }
  override reset(code?: number): void {
    this.#conn.reset(code);
  }
  override [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#conn[Symbol.asyncDispose]();
  }
}
