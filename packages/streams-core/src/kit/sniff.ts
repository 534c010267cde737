// Names the protocol that a peer seems to speak, from the first bytes it sent: for the error that says so.

import { latin1, printable } from "./text.js";

const TEXT: readonly (readonly [RegExp, string])[] = [
  [/^PRI \*/, "HTTP/2"],
  [/^(HTTP\/1|[A-Z]{3,7} \S)/, "HTTP/1"],
  [/^SSH-/, "SSH"],
  [/^\x89MUX\r\n/, "the native wire of Streams"],
  [/^\x89TOK\r\n/, "to ask for a token, as withToken() does,"],
  [/^2[0-9]{2}[ -]/, "SMTP or FTP"],
];

/** What the bytes look like. Eight are enough for all it knows. */
export function seemsToSpeak(bytes: Uint8Array): string {
  const text = latin1(bytes.subarray(0, 24));
  for (const [pattern, name] of TEXT) if (pattern.test(text)) return name;
  const [a = -1, b = -1, c = -1, d = -1, e = -1] = bytes;
  // A TLS record of version 3; a SETTINGS frame; a control frame of version 3; headers of version 0, and of versions 1 and 2.
  if (a >= 0x14 && a <= 0x17 && b === 3) return "TLS";
  if (a === 0 && b === 0 && d === 4 && e === 0) return "HTTP/2";
  if (a === 0x80 && b === 3) return "SPDY";
  if (a === 0 && b <= 3 && c === 0 && d < 16) return "yamux";
  if ((a === 1 || a === 2) && b <= 4) return "smux";
  return `something that starts with "${printable(text)}"`;
}
