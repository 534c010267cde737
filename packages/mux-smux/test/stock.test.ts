// The suite of the contract for ends that speak exactly as the original does: what its wire cannot say, they cannot do.

import { smux } from "mux-smux";
import { overMemory, providerSuite, runnerOf } from "streams-conformance";
import type { Features } from "streams-core";
import { describe, test } from "vitest";

const STOCK: Omit<Features, "flowControl"> = {
  ...{ headers: "none", opens: "both", halfClose: true },
  ...{ resetCode: false, ping: false, priority: false, drain: false },
};
const NO_RESET = "smux has no reset: to the peer it is an end";
const NO_GOODBYE = "smux has no word for the end of a session: with streams open it is a loss to the peer";

const exceptions = {
  "statistics count streams and bytes, and list the streams that are open": NO_RESET,
  "on a stream, a write that waits rejects when the peer resets": NO_RESET,
  "on a stream, disposing without close resets: an exception never reaches the peer as a clean end": NO_RESET,
  "on a stream, reset after the peer's close reaches the peer": NO_RESET,
  "on a stream, reset after this end's close still reaches the peer": NO_RESET,
  "on a stream, reset with writes that wait rejects them, and the peer reads a prefix": NO_RESET,
  "on a stream, the code of a reset reaches the peer exactly where features.resetCode says so": NO_RESET,
  "on a stream, the peer reads a prefix of what was sent before the reset, never a clean end": NO_RESET,
  "on a stream, the peer's waiting read rejects, and so do its writes from then on": NO_RESET,
  "close by the accepter ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it": NO_GOODBYE,
  "close by the opener ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it": NO_GOODBYE,
  "close while draining ends the session now": NO_GOODBYE,
  "disposing a session closes it": NO_GOODBYE,
};

for (const version of [1, 2] as const) {
  providerSuite(runnerOf({ describe, test }), {
    name: `smux, version ${version}, as towards the original`,
    features: { ...STOCK, flowControl: version === 1 ? "session" : "stream" },
    // Short delays: what they are for is a race of the original's own.
    pair: overMemory(smux({ version, peer: "stock", finLinger: 1, acceptWriteDelay: 1 })),
    scale: 0.05,
    exceptions,
  });
}
