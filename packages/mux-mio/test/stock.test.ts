// The whole suite of the contract, both ends ours but speaking as to the original: what mio alone can do.

import { mio } from "mux-mio";
import { around, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

/** mio has a frame for each of them, and the original hangs for good when it gets one. */
const RESET = "a reset is said as an end, which the peer reads as one; its own direction goes on until it ends it";
const CLOSE = "the end of a session is said as that of its streams and of the transport";

providerSuite(runnerOf({ describe, test }), {
  name: "mio, as towards the original",
  features: {
    ...{ headers: "none", opens: "both", flowControl: "stream", halfClose: true },
    ...{ resetCode: false, ping: false, priority: false, drain: false },
  },
  pair: overMemory(mio({ peer: "stock", windowSizeLimit: 1024 * KiB, closeDelay: 1 })),
  limits: { sizes: around(128, 4 * KiB, 64 * KiB, 1024 * KiB) },
  scale: 0.1,
  exceptions: {
    "statistics count streams and bytes, and list the streams that are open": RESET,
    "on a stream, the peer reads a prefix of what was sent before the reset, never a clean end": RESET,
    "on a stream, the peer's waiting read rejects, and so do its writes from then on": RESET,
    "on a stream, the code of a reset reaches the peer exactly where features.resetCode says so": RESET,
    "on a stream, a write that waits rejects when the peer resets": RESET,
    "on a stream, reset with writes that wait rejects them, and the peer reads a prefix": RESET,
    "on a stream, reset after this end's close still reaches the peer": RESET,
    "on a stream, reset after the peer's close reaches the peer": RESET,
    "on a stream, disposing without close resets: an exception never reaches the peer as a clean end": RESET,
    "close by the opener ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it": CLOSE,
    "close by the accepter ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it": CLOSE,
    "disposing a session closes it": CLOSE,
    "close while draining ends the session now": CLOSE,
  },
});
