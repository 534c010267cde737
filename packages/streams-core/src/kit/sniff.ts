// Names the protocol that a peer seems to speak, from the first bytes it sent: for the error that says so.

const TEXT: readonly (readonly [RegExp, string])[] = [
  [/^PRI \*/, "HTTP/2"],
  [/^HTTP\//, "HTTP/1 (a response)"],
  [/^(GET|PUT|POST|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE) /, "HTTP/1 (a request)"],
  [/^SSH-/, "SSH"],
  [/^\x89MUX\r\n/, "the native wire of Streams"],
];

/** What the bytes look like, or `undefined`. Eight bytes are enough for all it knows; four for most. */
export function seemsToSpeak(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 16));
  for (const [pattern, name] of TEXT) if (pattern.test(text)) return name;
  const [a = -1, b = -1, c = -1, d = -1] = bytes;
  if ((a === 0x16 || a === 0x15) && b === 3) return "TLS";
  if (a === 0 && b === 0 && d === 4 && bytes[4] === 0) return "HTTP/2";
  if (a === 0x80 && b === 3) return "SPDY";
  if (a === 0 && b <= 3 && c === 0) return "yamux";
  if ((a === 1 || a === 2) && b <= 4) return "smux";
  return undefined;
}
