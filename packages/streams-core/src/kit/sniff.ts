// Names the protocol that a peer seems to speak, from the first bytes it sent: for the error that says so.

import { latin1, printable } from "./text.js";

// Of the binary ones: a TLS record of version 3; a SETTINGS frame; a control frame of version 3; headers of version 0, and of
// versions 1 and 2.
const STARTS: readonly (readonly [RegExp, string])[] = [
  [/^PRI \*/, "HTTP/2"],
  [/^(HTTP\/1|[A-Z]{3,7} \S)/, "HTTP/1"],
  [/^SSH-/, "SSH"],
  [/^\x89MUX\r\n/, "the native wire of Streams"],
  [/^2[0-9]{2}[ -]/, "SMTP or FTP"],
  [/^[\x14-\x17]\x03/, "TLS"],
  [/^\0\0.\x04\0/s, "HTTP/2"],
  [/^\x80\x03/, "SPDY"],
  [/^\0[\0-\x03].[\0-\x0f]/s, "yamux"],
  [/^[\x01\x02][\0-\x04]/, "smux"],
];

/** What the bytes look like. Eight are enough for all it knows. */
export function seemsToSpeak(bytes: Uint8Array): string {
  const text = latin1(bytes.subarray(0, 24));
  const known = STARTS.find(([start]) => start.test(text));
  return known?.[1] ?? `something that starts with "${printable(text)}"`;
}
