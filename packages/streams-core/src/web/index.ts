// Connections as web streams and web streams as connections. Nothing of Node: runs in browsers and workers too.

export { type FromWebOptions, fromWeb } from "./from-web.js";
export { toWeb } from "./to-web.js";

/** The two halves of a byte pipe as the web platform has them: a WebTransport stream, a TransformStream's ends, a WebSocketStream. */
export interface WebPair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
