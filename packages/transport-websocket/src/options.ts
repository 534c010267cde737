// Every option of the package, what it means without being given, and the check of each.

import { type HeaderInit, StreamsError } from "streams-core";
import { milliseconds, toHeaders, wholeNumber } from "streams-core/kit";

export interface WebSocketOptions {
  /** Bytes written and not yet handed to the system before `write` waits. Default 262,144; on the platform's WebSocket 1,048,576. */
  readonly highWaterMark?: number;
  /** Bytes of the largest message sent; the receiver has a message only once it is whole. At most what the peer's limit allows. Default 65,536. */
  readonly maxMessage?: number;
  /** Bytes of the largest message received; a longer one is ERR_PROTOCOL. Node only. Default 1,048,576. */
  readonly maxPayload?: number;
  /** Bytes that may wait for `read` where the WebSocket cannot be paused; beyond them ERR_FLOW_CONTROL. Platform only. Default 67,108,864. */
  readonly maxUnread?: number;
  /** Milliseconds from dialling until the WebSocket is open, and for a client's request to arrive at a server. Default 10,000. */
  readonly handshakeTimeout?: number;
  /** RFC 6455 section 1.9. A client offers them; a server takes the first that it knows of those offered and refuses a client that offers none. */
  readonly protocols?: readonly string[];
  /** Client: further headers of the request, such as Authorization. Node only: a browser cannot send them. */
  readonly headers?: HeaderInit;
  /**
   * Server: web pages that may connect, as origins ("https://app.example.com") or a function. Without it, pages of the host that the
   * request names. Requests without an Origin do not come from a page and are let in.
   */
  readonly origins?: readonly string[] | ((origin: string) => boolean);
  /**
   * Server: names by which clients may call it in the Host header, ports aside. Without it, a server bound to loopback answers to
   * localhost, 127.0.0.1, [::1] and the name in its URL (a guard against DNS rebinding), any other to every name.
   */
  readonly hosts?: readonly string[];
}

export type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS by Node; certificates are always verified. In a browser only the platform decides, and giving one of these is an error. */
export interface SecureWebSocketOptions extends WebSocketOptions {
  /** Certificate authorities to trust instead of Node's own, PEM. */
  readonly ca?: Pem;
  /** The server's certificate chain, or a client's own, PEM. `serve` needs it. */
  readonly cert?: Pem;
  /** The certificate's private key, PEM. `serve` needs it. */
  readonly key?: Pem;
  /** Of the private key. */
  readonly passphrase?: string;
  /** Client: the name to verify and to ask for (SNI). Default: the URL's host. */
  readonly servername?: string;
}

/** Options with their defaults. */
export interface Settings {
  readonly highWaterMark: number;
  readonly maxMessage: number;
  readonly maxPayload: number;
  readonly maxUnread: number;
  readonly handshakeTimeout: number;
  readonly protocols: readonly string[];
  readonly headers: Headers;
}

/** @throws ERR_OPTION_INVALID, ERR_HEADERS_INVALID */
export function settle(options: WebSocketOptions, highWaterMark: number): Settings {
  if (typeof options.origins !== "function") checkNames("origins", options.origins, isOrigin, "https://example.com");
  checkNames("hosts", options.hosts, isHost, "example.com");
  return {
    highWaterMark: wholeNumber("highWaterMark", options.highWaterMark, highWaterMark),
    maxMessage: wholeNumber("maxMessage", options.maxMessage, 64 * 1024),
    maxPayload: wholeNumber("maxPayload", options.maxPayload, 1024 * 1024),
    maxUnread: wholeNumber("maxUnread", options.maxUnread, 64 * 1024 * 1024),
    handshakeTimeout: milliseconds("handshakeTimeout", options.handshakeTimeout, 10_000),
    protocols: checkProtocols(options.protocols ?? []),
    headers: toHeaders(options.headers),
  };
}

/** RFC 6455 section 4.1: subprotocols are tokens (RFC 9110 section 5.6.2), each named once. */
function checkProtocols(protocols: readonly string[]): readonly string[] {
  const isToken = (name: string, at: number): boolean =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && protocols.indexOf(name) === at;
  checkNames("protocols", protocols, isToken, "mux.v1");
  return protocols;
}

/** A page's origin as browsers write it (RFC 6454 section 6.1): one in another spelling would never match. */
function isOrigin(origin: string): boolean {
  return (
    origin === "null" || (URL.canParse(origin) && `${new URL(origin).protocol}//${new URL(origin).host}` === origin)
  );
}

function isHost(host: string): boolean {
  return host !== "" && (URL.canParse(`http://${host}`) || URL.canParse(`http://[${host}]`));
}

function checkNames(
  option: string,
  names: readonly string[] | undefined,
  isOne: (name: string, at: number) => boolean,
  example: string,
): void {
  const list = names ?? [];
  const isListed = (name: unknown, at: number): boolean => typeof name === "string" && isOne(name, at);
  if (Array.isArray(list) && list.every(isListed)) return;
  const wrong = Array.isArray(list) ? list.find((name, at) => !isListed(name, at)) : list;
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    `Option ${option} must be a list of distinct ones like "${example}"; "${String(wrong)}" is not.`,
  );
}
