// Who may connect to a WebSocket server. Browsers let any page open a WebSocket to any server, so the server has to look.

import type { IncomingHttpHeaders } from "node:http";
import type { WebSocketOptions } from "./options.js";

/** Why a request is refused, or `undefined`. @param loopback whether the server is bound to loopback; `name` its own name */
export function objection(
  headers: IncomingHttpHeaders,
  { origins, hosts }: Pick<WebSocketOptions, "origins" | "hosts">,
  loopback: boolean,
  name: string,
): string | undefined {
  const allowed = hosts ?? (loopback ? ["localhost", "127.0.0.1", "::1", name] : undefined);
  const host = hostname(headers.host);
  if (allowed !== undefined && !allowed.some((one) => hostname(one) === host)) {
    return "This Host is not served here; see the server's option hosts.";
  }
  // Version 8 of the protocol, which ws still takes, named it otherwise.
  const origin = headers.origin ?? headers["sec-websocket-origin"];
  if (origin !== undefined && !allowsOrigin(String(origin), headers.host, origins)) {
    return "This Origin may not connect; see the server's option origins.";
  }
  return undefined;
}

export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

function allowsOrigin(origin: string, host: string | undefined, origins: WebSocketOptions["origins"]): boolean {
  if (typeof origins === "function") {
    try {
      return origins(origin) === true;
    } catch {
      return false;
    }
  }
  if (origins !== undefined) return origins.includes(origin);
  const page = parse(origin);
  return page !== undefined && page.host === parse(`${page.protocol}//${host}`)?.host && page.host !== "";
}

/** The name of a Host header or of an option, in one spelling. A URL would take more than a host and a port (RFC 9110 section 7.2). */
function hostname(host: string | undefined): string | undefined {
  if (host === undefined || /[^\x21-\x7e]|[@/\\?#]/.test(host)) return undefined;
  return parse(`http://${host}`)?.hostname ?? parse(`http://[${host}]`)?.hostname;
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
