// mux-spdy against moby/spdystream, which has no windows, the docker/spdystream of 2016 that it was, and, in this process, spdy-transport
// of npm, which has windows.

import { type SpdyOptions, spdy } from "mux-spdy";
import type { Mux } from "streams-core";
import { localPeer } from "../local-peer.js";
import { goOriginal, type Original, type Wire } from "../original.js";
import { versionOf } from "../version-of.js";
import { endings } from "./spdy/endings.js";
import { headers } from "./spdy/headers.js";
import { withHttpHeaders } from "./spdy/http-headers.js";
import { kubernetes } from "./spdy/kubernetes.js";
import { limits } from "./spdy/limits.js";
import { TransportSession } from "./spdy/spdy-transport.js";
import { streams } from "./spdy/streams.js";
import { windows } from "./spdy/windows.js";

function spdystream(impl: "moby" | "docker"): Original {
  return {
    name: `${impl}/spdystream`,
    ...goOriginal({ folder: "spdy", impl, module: `github.com/${impl}/spdystream` }),
    mux: () => spdy({ signTimeout: 300 }),
    // Its readers take every end for one like any other.
    seesReset: "end",
    seesRefusal: "end",
    resets: { seen: "error" },
  };
}

/** Needs no Go. */
export const javascript: Original = {
  name: "spdy-transport",
  version: versionOf("spdy-transport"),
  start: ({ role, port }) => localPeer(port, (socket) => new TransportSession(socket, role)),
  mux: () => mux({ flowControl: "spdy31", refusal: "reset" }),
  resets: { seen: "error" },
};

/** Towards what speaks HTTP. */
function mux(options: SpdyOptions): Mux {
  return withHttpHeaders(spdy({ signTimeout: 300, ...options }));
}

export const wire: Wire = {
  name: "spdy",
  originals: [spdystream("moby"), spdystream("docker"), javascript],
  cases: [...headers, ...endings, ...limits, ...streams, ...windows, ...kubernetes],
  ours: () => spdy(),
  stock: () => spdy({ peer: "stock" }),
};
