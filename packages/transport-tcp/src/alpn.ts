// The protocols of ALPN, checked before Node sees them: it crashes on an empty name.

import { StreamsError } from "streams-core";

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
