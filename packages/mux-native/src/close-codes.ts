// Why a session failed, as the CLOSE frame says it.

import type { ErrorCode } from "streams-core";

const CODES: Partial<Record<ErrorCode, number>> = {
  ERR_PROTOCOL: 1,
  ERR_FLOW_CONTROL: 2,
  ERR_CALM: 3,
  ERR_TIMEOUT: 4,
  ERR_HEADERS_TOO_LARGE: 5,
};
const INTERNAL = 255;

export function closeCodeOf(error: ErrorCode): number {
  return CODES[error] ?? INTERNAL;
}
