// From the URL of a backend, whatever its scheme, to the address of a WebSocket.

import { StreamsError } from "streams-core";

/**
 * `native+ws://host:port/path?query` as `ws://host:port/path?query`. User and password are not the WebSocket's, and stay behind.
 * @throws ERR_OPTION_INVALID when the host cannot be one
 */
export function webSocketUrl(url: URL, secure: boolean): URL {
  try {
    return new URL(`${secure ? "wss" : "ws"}://${url.host || "localhost"}${url.pathname || "/"}${url.search}`);
  } catch (cause) {
    const message = `"${url.host}" is not the address of a host; write it like 127.0.0.1:8080.`;
    throw new StreamsError("ERR_OPTION_INVALID", message, { cause });
  }
}
