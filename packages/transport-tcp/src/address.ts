// Host and port of a URL whose scheme is none of our business.

import { StreamsError } from "streams-core";
import { printableUrl, urlOf } from "streams-core/kit";

export interface Address {
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
}

/** URL drops these ports where the scheme is one that it knows. */
const DROPPED_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Where to connect to. @throws ERR_OPTION_INVALID without a host or a port */
export function dialAddress(url: URL): Address {
  const { host, port } = parse(url);
  if (host !== "" && port !== undefined && port > 0) return { host, port };
  const missing = host === "" ? "host" : "port";
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    `${printableUrl(url)} names no ${missing} to connect to; ${likeThis(url, 7000)}`,
  );
}

/** Where to listen: on loopback unless the URL names a host, on any free port unless it names one. */
export function serveAddress(url: URL): Address {
  const { host, port } = parse(url);
  return { host: host === "" ? "127.0.0.1" : host, port: port ?? 0 };
}

/** `host:port`, for messages. */
export function nameOf({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The URL asked for, with the address that was given out. */
export function servedUrl(url: URL, { host, port }: Address): URL {
  // A URL without a host takes none later.
  const served = new URL(url.hostname === "" ? `${url.protocol}//${nameOf({ host, port })}` : url);
  served.port = String(port);
  return served;
}

function parse(url: URL): { host: string; port: number | undefined } {
  const host = urlOf(url).hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: url.port === "" ? DROPPED_PORTS[url.protocol] : Number(url.port) };
}

function likeThis(url: URL, port: number): string {
  return `write it like ${url.protocol}//${url.hostname || "127.0.0.1"}:${port}.`;
}
