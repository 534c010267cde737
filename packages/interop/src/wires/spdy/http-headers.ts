// What a peer that speaks HTTP over SPDY asks of every stream: a method and a path from whoever opens it, a status from whoever takes it.

import {
  type Decision,
  ForwardingProvider,
  type HeaderInit,
  type Listener,
  type Mux,
  type NewStreamOptions,
  type Stream,
  type StreamHandler,
} from "streams-core";

const REQUEST = { "!method": "POST", "!path": "/", "!scheme": "http", "!host": "localhost", "!version": "HTTP/1.1" };
const RESPONSE = { "!status": "200 OK", "!version": "HTTP/1.1" };

/** The mux with such headers beside those of its user. */
export function withHttpHeaders(mux: Mux): Mux {
  return (conn, role) => new HttpHeaders(mux(conn, role));
}

class HttpHeaders extends ForwardingProvider {
  override newStream(headers?: HeaderInit, options?: NewStreamOptions): Promise<Stream> {
    return super.newStream({ ...REQUEST, ...Object.fromEntries(new Headers(headers)) }, options);
  }

  override listen(handler?: StreamHandler): Listener {
    return super.listen(async (headers): Promise<Decision> => {
      const decision = (await handler?.(headers)) ?? { accept: true };
      return { ...decision, headers: { ...RESPONSE, ...Object.fromEntries(new Headers(decision.headers)) } };
    });
  }
}
