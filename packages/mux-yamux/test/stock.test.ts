// The whole suite of the contract, both ends ours but speaking as to an original: what yamux alone can do.

import { yamux } from "mux-yamux";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

/** hashicorp/yamux takes the end of a session for a clean end of its streams. */
const RESET = "where a session ends before its streams, each of them is reset: that is what the peer sees";

providerSuite(runnerOf({ describe, test }), {
  name: "yamux, as towards an original",
  features: { ...EVERYTHING, headers: "none", priority: false, drain: false },
  pair: overMemory(yamux({ peer: "stock" })),
  limits: { sizes: around(4 * KiB, 64 * KiB, 256 * KiB), backlog: 256 },
  scale: 0.1,
  exceptions: {
    "close by the opener ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it": RESET,
    "close by the accepter ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it": RESET,
    "disposing a session closes it": RESET,
    "close while draining ends the session now": RESET,
  },
});
