// What both versions of muxado are towards their originals.

import type { Policy } from "mux-engine";
import type { Features } from "streams-core";

export const FEATURES: Features = {
  headers: "none",
  opens: "both",
  flowControl: "stream",
  halfClose: true,
  resetCode: true,
  ping: false,
  priority: false,
  drain: true,
};

/** They cannot answer on a stream whose opening frame has its end, never say that they accept one, and end some twice. */
export const POLICY: Policy = { endApart: true, silentAccept: true, laxEnd: true };
