// Reset codes: what HTTP/2 gives a meaning to (RFC 9113 section 7), and the errors they become.

import { StreamsError } from "streams-core";

export const NO_ERROR = 0;
export const PROTOCOL_ERROR = 1;
export const REFUSED_STREAM = 7;
export const CANCEL = 8;
const ENHANCE_YOUR_CALM = 11;

const NAMES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

/** Between our own ends this stands for 0, which on the wire means that nothing is wrong and looks like a clean end. */
const ZERO = 0x53_54_52_00;

/** What RST_STREAM carries for the code given to `reset`. */
export function toWireCode(code: number | undefined, ours: boolean): number {
  if (code === undefined || !Number.isInteger(code) || code < 0 || code > 0xff_ff_ff_ff) return CANCEL;
  if (code === 0) return ours ? ZERO : CANCEL;
  return code;
}

export function resetByPeer(wireCode: number): StreamsError {
  const code = wireCode === ZERO ? 0 : wireCode;
  return new StreamsError("ERR_RESET", `The peer reset the stream with ${describe(code)}.`, {
    remote: true,
    resetCode: code,
  });
}

/** The peer never let the application see the stream, or let it decide against it. */
export function refusedByPeer(why: string, code?: number, headers?: Headers, retryable = true): StreamsError {
  return new StreamsError("ERR_REFUSED", `The peer refused the stream${why}.`, {
    remote: true,
    retryable,
    resetCode: code,
    headers: headers ?? new Headers(),
  });
}

/** The peer ended the session because of something we did, or that it takes for that. */
export function sessionFailed(code: number, said: string): StreamsError {
  const reason = said === "" ? "" : `: ${said}`;
  return new StreamsError(
    code === ENHANCE_YOUR_CALM ? "ERR_CALM" : "ERR_PROTOCOL",
    `The peer ended the session with ${describe(code)}${reason}. Connect anew.`,
    { remote: true, resetCode: code },
  );
}

function describe(code: number): string {
  const name = NAMES[code];
  return name === undefined ? `code ${code}` : `code ${code} (${name})`;
}
