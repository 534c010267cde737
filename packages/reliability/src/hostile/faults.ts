// What a peer does wrong, as tables.

import type { ErrorCode } from "streams-core";
import type { Fault } from "./codec.js";

/** Faults of one row that end the session alike. */
export function faultsOf(row: string, code: ErrorCode, cases: readonly (readonly [string, Uint8Array])[]): Fault[] {
  return cases.map(([does, bytes]) => ({ row, does, bytes, code }));
}

/** Faults that come instead of the peer's preface. */
export function firstFaultsOf(...faults: Parameters<typeof faultsOf>): Fault[] {
  return faultsOf(...faults).map((fault) => ({ ...fault, first: true }));
}
