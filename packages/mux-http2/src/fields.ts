// Headers as HTTP/2 fields, and back. What HTTP/2 forbids, or node:http2 would read a meaning into, travels under another name.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { StreamsError } from "streams-core";
import type { HeaderLimits } from "streams-core/kit";

/** Names with this start are ours: what the application gives such a name to is escaped too, so that it can never be taken for ours. */
const OURS = "streams-";
/** `streams-field-<name>` stands for `<name>`. */
const ESCAPED = "streams-field-";
/** The code of a refusal. */
export const CODE = "streams-code";
/** With a stream that the server opens: how many more it has waiting for a parked request. */
export const QUEUED = "streams-queued";
/** The `:path` of a request that is parked for a stream of the server. */
export const PARKING = "/.streams/park";
/** Given to the listener with a request that another program made: what it asked for. */
const PATH = "streams-path";
const METHOD = "streams-method";

/** Connection-specific fields (RFC 9113 section 8.2.2), and those whose value HTTP/2 checks against the message. */
const RESERVED = new Set([
  "connection",
  "content-length",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** Adds the headers to `fields`. @throws ERR_HEADERS_TOO_LARGE */
export function addFields(
  fields: OutgoingHttpHeaders,
  headers: Headers | undefined,
  limits: HeaderLimits,
): OutgoingHttpHeaders {
  if (headers === undefined) return fields;
  let count = 0;
  let bytes = 0;
  for (const [name, value] of headers) {
    count += 1;
    bytes += 3 + name.length + value.length;
    const field = RESERVED.has(name) || name.startsWith(OURS) ? ESCAPED + name : name;
    const before = fields[field];
    // Only `set-cookie` comes more than once.
    if (before === undefined) fields[field] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[field] = [String(before), value];
  }
  if (count > limits.fields) throw tooLarge(`${count} fields where ${limits.fields} are allowed`);
  if (bytes > limits.bytes) throw tooLarge(`${bytes} bytes where ${limits.bytes} are allowed`);
  return fields;
}

/** An object that takes fields of any name. */
export function newFields(pseudo: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.assign(Object.create(NO_FIELDS), pseudo);
}

/** What has no prototype at all is slow to write and to read. */
const NO_FIELDS: object = Object.create(null);

/** The headers in what was sent. */
export function toHeaders(fields: IncomingHttpHeaders | OutgoingHttpHeaders): Headers {
  const headers = new Headers();
  for (const field in fields) {
    const value = fields[field];
    if (value === undefined || field.startsWith(":")) continue;
    if (!field.startsWith(OURS)) append(headers, field, value);
    else if (field.startsWith(ESCAPED)) append(headers, field.slice(ESCAPED.length), value);
  }
  return headers;
}

/** The same of a request by another program than Streams: with its host, and with its method and path where they are not ours. */
export function toForeignHeaders(fields: IncomingHttpHeaders, path: string): Headers {
  const headers = toHeaders(fields);
  const { ":authority": authority, ":method": method, ":path": asked } = fields;
  if (authority !== undefined) append(headers, "host", authority);
  if (method !== undefined && method !== "POST") append(headers, METHOD, method);
  if (asked !== undefined && asked !== path) append(headers, PATH, asked);
  return headers;
}

/** A number that one of our own fields carries. */
export function numberIn(fields: IncomingHttpHeaders, field: string): number | undefined {
  const value = fields[field];
  return typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

function append(headers: Headers, name: string, value: string | number | string[]): void {
  try {
    if (Array.isArray(value)) for (const one of value) headers.append(name, one);
    else headers.append(name, String(value));
  } catch {
    // nghttp2 lets some fields pass that Headers cannot hold; they are left out.
  }
}

function tooLarge(what: string): StreamsError {
  return new StreamsError(
    "ERR_HEADERS_TOO_LARGE",
    `The headers have ${what}; send large values in the stream instead.`,
  );
}
