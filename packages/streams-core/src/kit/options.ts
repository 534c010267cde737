// Checks options, so that a wrong one fails where it is given and says what it may be.

import { StreamsError } from "../errors.js";

/** `value`, or `fallback` if it is undefined. @throws ERR_OPTION_INVALID unless it is a whole number from `min` (1) to `max` */
export function wholeNumber(
  name: string,
  value: number | undefined,
  fallback: number,
  { min = 1, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number {
  if (value === undefined) return fallback;
  if (isWhole(value, min, max)) return value;
  throw invalid(name, wholeFrom(min, max), value);
}

/** `value`, checked unless it is `false` or undefined. @throws ERR_OPTION_INVALID unless it is a whole number from 1 to `max` */
export function wholeNumberOrFalse<T extends number | false | undefined>(name: string, value: T, max: number): T {
  if (value === undefined || value === false || isWhole(value, 1, max)) return value;
  throw invalid(name, `${wholeFrom(1, max)}, or false`, value);
}

/** `value`, or `fallback`: a time in milliseconds that a timer can hold. @throws ERR_OPTION_INVALID */
export function milliseconds(name: string, value: number | undefined, fallback: number): number {
  return wholeNumber(name, value, fallback, { max: 2 ** 31 - 1 });
}

/** `value`, or `fallback`. @throws ERR_OPTION_INVALID unless it is one of `choices` */
export function oneOf<T extends string>(name: string, value: T | undefined, fallback: T, choices: readonly T[]): T {
  if (value === undefined) return fallback;
  if (choices.includes(value)) return value;
  throw invalid(name, `one of ${choices.join(", ")}`, value);
}

/** The URL itself. @throws ERR_OPTION_INVALID for what is none, as a string in plain JavaScript; it may hold a password and is not told */
export function urlOf(url: URL): URL {
  if (typeof url?.href === "string") return url;
  throw new StreamsError("ERR_OPTION_INVALID", `The address must be a URL, not ${typeof url}: give new URL("…").`);
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function wholeFrom(min: number, max: number): string {
  return `a whole number from ${min} to ${max}`;
}

function invalid(name: string, wanted: string, value: unknown): StreamsError {
  // Not every object can be made a string.
  const given = typeof value === "object" && value !== null ? "an object" : String(value);
  return new StreamsError("ERR_OPTION_INVALID", `Option ${name} must be ${wanted}, not ${given}.`);
}
