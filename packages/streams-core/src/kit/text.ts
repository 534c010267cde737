// Text for errors and logs: what a peer sent, and URLs.

/** One character for each byte, of which there may be some ten thousand. */
export function latin1(bytes: Uint8Array): string {
  // `fromCharCode(...bytes)` would go through the iterator, ten times slower.
  return Reflect.apply(String.fromCharCode, undefined, bytes);
}

/** For an error or a log: the text with control and non-ASCII characters escaped, cut after `limit` characters. */
export function printable(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(/[^\x20-\x7e…]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** For an error or a log: the URL without the name and the password that it may carry. */
export function printableUrl(url: URL): string {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare.href;
}
