// What a case claims. No built-in of any runtime, so that it runs in all of them.

import { type ErrorCode, isStreamsError, type StreamsError } from "streams-core";

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Compares numbers, texts, booleans, `null` and `undefined`. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  check(Object.is(actual, expected), `${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function equalBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  equal(actual.byteLength, expected.byteLength, `${what}, length in bytes`);
  for (let at = 0; at < expected.byteLength; at += 1) {
    if (actual[at] !== expected[at]) equal(actual[at], expected[at], `${what}, byte ${at}`);
  }
}

/** Whether `part` is how `whole` begins. */
export function checkPrefix(part: Uint8Array, whole: Uint8Array, what: string): void {
  check(
    part.byteLength <= whole.byteLength,
    `${what}: got ${part.byteLength} bytes where ${whole.byteLength} were sent`,
  );
  equalBytes(part, whole.subarray(0, part.byteLength), what);
}

/** Compares names and values in order: the same names, the same values, repeated fields the same way. */
export function equalHeaders(actual: Headers, expected: Headers, what: string): void {
  equal(listed(actual), listed(expected), what);
}

export interface ErrorDetails {
  readonly remote?: boolean;
  readonly retryable?: boolean;
  readonly resetCode?: number | undefined;
}

/** @param codes one of which the error must have */
export function checkError(
  error: unknown,
  codes: ErrorCode | readonly ErrorCode[],
  what: string,
  details: ErrorDetails = {},
): StreamsError {
  const allowed: readonly ErrorCode[] = typeof codes === "string" ? [codes] : codes;
  check(isStreamsError(error), `${what}: expected ${allowed.join(" or ")}, got ${show(error)}`);
  check(allowed.includes(error.code), `${what}: expected ${allowed.join(" or ")}, got ${show(error)}`);
  check(error.message.length > 0, `${what}: ${error.code} must say what to do`);
  if (details.remote !== undefined) equal(error.remote, details.remote, `${what}: remote of ${error.code}`);
  if (details.retryable !== undefined) equal(error.retryable, details.retryable, `${what}: retryable of ${error.code}`);
  if ("resetCode" in details) equal(error.resetCode, details.resetCode, `${what}: resetCode of ${error.code}`);
  return error;
}

export function show(value: unknown): string {
  if (value instanceof Error) {
    const code = "code" in value ? ` ${String(value.code)}` : "";
    return `${value.name}${code}: ${value.message}`;
  }
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function listed(headers: Headers): string {
  return [...headers].map(([name, value]) => `${name}=${value}`).join("\n");
}
