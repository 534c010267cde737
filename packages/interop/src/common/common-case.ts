// A case that every wire is tried with.

import type { Case, Original } from "../original.js";
import type { Role } from "../peer.js";

export interface CommonCase extends Case {
  /** Which end opens the streams, for wires on which only clients may. */
  readonly opener: "us" | "peer";
  /** Whether the original can be asked for it. Default: yes. */
  readonly applies?: (original: Original) => boolean;
}

/** The roles of our end that a common case is tried in against an original. */
export function rolesFor({ opener, applies }: CommonCase, original: Original): readonly Role[] {
  if (applies !== undefined && !applies(original)) return [];
  if (original.opens === "client") return [opener === "us" ? "client" : "server"];
  return ["client", "server"];
}
