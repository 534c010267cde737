// The options of TLS that are names, checked before Node sees them: it crashes on some wrong ones, and takes an empty server name for "localhost".

import { StreamsError } from "streams-core";

/** @throws ERR_OPTION_INVALID unless it is `undefined` or a name */
export function checkServername(servername: string | undefined): void {
  if (servername === undefined || (typeof servername === "string" && servername !== "")) return;
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    "Option servername must be a host name or an address; leave it out for the URL's host.",
  );
}

/** RFC 7301 section 3.1: a list of at least one name, each of 1 to 255 bytes. @throws ERR_OPTION_INVALID */
export function checkAlpn(alpn: readonly string[] | undefined): void {
  if (alpn === undefined) return;
  if (Array.isArray(alpn) && alpn.length > 0 && alpn.every(isProtocol)) return;
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    'Option alpn must be a list of protocol names of 1 to 255 bytes, like ["h2"]; leave it out for none.',
  );
}

function isProtocol(name: unknown): boolean {
  return typeof name === "string" && name !== "" && Buffer.byteLength(name) <= 255;
}
