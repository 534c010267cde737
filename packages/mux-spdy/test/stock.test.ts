// The suite again with both ends behaving as towards an original.

import { spdy } from "mux-spdy";
import { around, EVERYTHING, overMemory, providerSuite, runnerOf } from "streams-conformance";
import { describe, test } from "vitest";

const KiB = 1024;

const NO_HEADERS = "an original's refusal is a reset: it has no headers";
const NO_CLOSE = "SPDY says that no new streams come, and not that those there are have ended: they are lost";

const exceptions: Record<string, string> = {};
for (const opener of ["client", "server"]) {
  for (const headers of [
    "no fields",
    "an empty value",
    "a field that is repeated",
    "several set-cookie fields, which stay apart",
    "names that mean something to JavaScript",
    "names that mean something to HTTP",
    "every character that a name may have",
    "every character of ASCII and of Latin-1 in a value",
    "a value of 12,000 characters",
    "a hundred and twenty fields",
  ])
    exceptions[`${headers}: arrives as it was, in headers, reply and refusal (${opener} opens)`] = NO_HEADERS;
  exceptions[`a refusal reaches the opener with its headers and code, and is safe to retry (${opener} opens)`] =
    NO_HEADERS;
  for (const end of ["opener", "accepter"])
    exceptions[
      `close by the ${end} ends streams in every state with ERR_SESSION_CLOSED, and remote tells who did it (${opener} opens)`
    ] = NO_CLOSE;
  exceptions[`close while draining ends the session now (${opener} opens)`] = NO_CLOSE;
}
exceptions["disposing a session closes it"] = NO_CLOSE;

const limits = { sizes: around(4 * KiB, 64 * KiB, 256 * KiB) };

for (const flowControl of ["none", "spdy31"] as const) {
  providerSuite(runnerOf({ describe, test }), {
    name: `spdy towards an original, flowControl ${flowControl}`,
    features: {
      ...{ ...EVERYTHING, flowControl: flowControl === "none" ? "session" : "stream" },
      ...{ resetCode: false, drain: false },
    },
    pair: overMemory(spdy({ peer: "stock", refusal: "reset", flowControl })),
    limits,
    exceptions,
    scale: 0.1,
  });
}
