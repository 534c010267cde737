// What a mux can do: asked of two sessions of it, and put into words.

import { type Features, type Mux, memoryPair } from "streams-core";
import type { Role } from "../peer.js";
import { within } from "../within.js";

/** Ours may wait for a sign of the peer's before they know. */
const LIMIT = 5000;

/** The features of a client that talks to a server, both made by `mux`. */
export async function featuresOf(mux: (role: Role) => Mux): Promise<Features> {
  const [near, far] = memoryPair();
  const client = mux("client")(near, "client");
  const server = mux("server")(far, "server");
  try {
    await within(Promise.all([client.ready, server.ready]), LIMIT, "two sessions to be ready");
    return client.features;
  } finally {
    await Promise.all([client.close(), server.close()]);
  }
}

/** What `everything` is, in the order of the words. */
export const EVERYTHING =
  "headers, reply headers and refusals, streams opened by both ends, a window for each stream, half-close,\nreset codes, pings, priorities and draining";

/** `everything`, or what is missing of it. */
export function words(features: Features): string {
  const { headers, opens, flowControl, halfClose, resetCode, ping, priority, drain } = features;
  const missing = [
    ...(headers === "none" ? ["headers"] : []),
    ...(opens === "client" ? ["streams of the server"] : []),
    ...(flowControl === "session" ? ["a window for each stream"] : []),
    ...(halfClose ? [] : ["half-close"]),
    ...(resetCode ? [] : ["reset codes"]),
    ...(ping ? [] : ["pings"]),
    ...(priority ? [] : ["priorities"]),
    ...(drain ? [] : ["draining"]),
  ];
  return missing.length === 0 ? "everything" : `all but ${missing.join(", ")}`;
}
