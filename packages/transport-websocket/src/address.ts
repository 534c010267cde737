// From the URL of a backend, whatever its scheme, to the address of a WebSocket.

import { StreamsError } from "streams-core";
import { printableUrl, urlOf } from "streams-core/kit";

/**
 * `native+ws://host:port/path?query` as `ws://host:port/path?query`. User and password are not the WebSocket's, and stay behind.
 * @throws ERR_OPTION_INVALID without a host or with what cannot be one, or with port 0
 */
export function webSocketUrl(url: URL, secure: boolean): URL {
  const target = `${secure ? "wss" : "ws"}://${urlOf(url).host}${url.pathname || "/"}${url.search}`;
  if (url.host !== "" && url.port !== "0" && URL.canParse(target)) return new URL(target);
  const wrong = url.host === "" ? "names no host" : `names "${url.host}", which is not an address`;
  const message = `${printableUrl(url)} ${wrong} to connect to; write it like ${url.protocol}//127.0.0.1:8080/path.`;
  throw new StreamsError("ERR_OPTION_INVALID", message);
}
