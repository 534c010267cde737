// What a case of a Conn works with.

import type { ErrorCode, StreamsError } from "streams-core";
import type { Case } from "../case.js";
import { checkError } from "../tools/assert.js";
import type { Tools } from "../tools/index.js";
import type { ConnFeatures, ConnPair, Limits } from "./setup.js";

export interface ConnScene extends Tools {
  readonly features: ConnFeatures;
  readonly limits: Limits;
  readonly scale: number;
  /** What this end's operations may reject with after the peer reset, or after a cut. */
  readonly losses: readonly ErrorCode[];
  pair(): Promise<Pick<ConnPair, "near" | "far" | "cut">>;
  dispose(): Promise<void>;
}

export interface ConnCase extends Case<ConnFeatures, ConnScene> {
  /** The two ends do the same in it, so that it need not be run a second time with the ends exchanged. */
  readonly symmetric?: boolean;
}

/** Fails unless the error is what a reset by the peer gives. */
export function checkPeerReset(t: ConnScene, error: unknown, what: string): StreamsError {
  const found = checkError(error, t.losses, what);
  return found.code === "ERR_RESET" ? checkError(found, "ERR_RESET", what, { remote: true }) : found;
}

export const needsHalfClose = ({ halfClose }: { readonly halfClose: boolean }): string | undefined =>
  halfClose ? undefined : "one direction cannot end alone (features.halfClose)";

export const needsResetSeen = ({ resetSeen }: ConnFeatures): string | undefined =>
  resetSeen ? undefined : "the peer cannot tell a reset from an end (features.resetSeen)";

export const needsBackpressure = ({ backpressure }: ConnFeatures): string | undefined =>
  backpressure ? undefined : "writers are never told to wait (features.backpressure)";

export const needsCut = ({ cut }: ConnFeatures): string | undefined =>
  cut ? undefined : "it cannot be cut without a call of either end (features.cut)";
