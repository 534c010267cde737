// One line of configuration: a URL whose scheme names what to use, out of a table that the program gives.

import { nest, over } from "./backend.js";
import type { Backend, Mux, OpOptions, Server, StreamProvider, Transport } from "./contract.js";
import { StreamsError } from "./errors.js";
import { firstOf } from "./first-of.js";
import { handled } from "./kit/ready.js";

/** A whole backend, or the parts that a scheme like `native+tcp` or `ssh+native+ws` puts together. */
export type Part = Backend | Mux | Transport;

/** Gives a part when it is first used. A function without parameters is taken for this, one with parameters for a `Mux`. */
export type Loader = () => Part | Promise<Part>;

/** What each scheme, or each `+`-separated part of a scheme, stands for. A whole scheme goes before its parts. */
export type Backends = Readonly<Record<string, Part | Loader>>;

/**
 * Opens a session. A list of URLs is tried in order, each 250 ms after the one before it or as soon as that failed
 * (RFC 8305 section 5); the first session wins and the other attempts are aborted.
 * @throws ERR_SCHEME_UNKNOWN; what the one URL failed with; ERR_UNREACHABLE with an AggregateError as cause when a whole list failed
 */
export function connect(
  target: string | URL | readonly (string | URL)[],
  backends: Backends,
  options?: OpOptions,
): Promise<StreamProvider> {
  const targets = typeof target === "string" || target instanceof URL ? [target] : target;
  const attempts = targets.map((one) => async (signal: AbortSignal | undefined) => {
    const url = parse(one);
    const backend = await resolve(url, backends);
    return backend.connect(url, signal === undefined ? undefined : { signal });
  });
  return handled(firstOf(attempts, (session) => void session.close().catch(() => {}), options?.signal));
}

/** Listens for sessions. @throws ERR_SCHEME_UNKNOWN, ERR_ADDRESS_IN_USE, … */
export function serve(target: string | URL, backends: Backends, options?: OpOptions): Promise<Server<StreamProvider>> {
  const listening = async (): Promise<Server<StreamProvider>> => {
    const url = parse(target);
    const backend = await resolve(url, backends);
    return backend.serve(url, options);
  };
  return handled(listening());
}

function parse(target: string | URL): URL {
  try {
    return new URL(target);
  } catch (cause) {
    throw new StreamsError(
      "ERR_SCHEME_UNKNOWN",
      `"${String(target)}" is not a URL; write it like native+tcp://127.0.0.1:7000.`,
      {
        cause,
      },
    );
  }
}

async function resolve(url: URL, backends: Backends): Promise<Backend> {
  const scheme = url.protocol.slice(0, -1);
  if (Object.hasOwn(backends, scheme)) {
    const whole = await load(backends[scheme]);
    if (isBackend(whole)) return whole;
  }
  const names = scheme.split("+");
  const unknown = names.find((name) => !Object.hasOwn(backends, name));
  if (unknown !== undefined) {
    const known = Object.keys(backends).join(", ");
    throw new StreamsError("ERR_SCHEME_UNKNOWN", `Unknown scheme "${scheme}" (no "${unknown}"); known are: ${known}.`);
  }
  const parts = await Promise.all(names.map((name) => load(backends[name])));
  return compose(scheme, parts);
}

/** Puts the parts of a scheme together from the right: the transport, what runs over it, what runs over a stream of that, … */
function compose(scheme: string, parts: readonly (Part | undefined)[]): Backend {
  let below: Backend | Transport | undefined = parts.at(-1) as Backend | Transport | undefined;
  for (const mux of parts.slice(0, -1).reverse()) {
    if (typeof mux !== "function" || below === undefined || typeof below === "function") throw misplaced(scheme);
    below = over(mux, isBackend(below) ? nest(below) : below);
  }
  if (!isBackend(below)) throw misplaced(scheme);
  return below;
}

async function load(part: Part | Loader | undefined): Promise<Part | undefined> {
  return isLoader(part) ? part() : part;
}

function isLoader(part: Part | Loader | undefined): part is Loader {
  return typeof part === "function" && part.length === 0;
}

function isBackend(part: Part | undefined): part is Backend {
  return typeof part === "object" && "connect" in part;
}

function misplaced(scheme: string): StreamsError {
  return new StreamsError(
    "ERR_SCHEME_UNKNOWN",
    `Scheme "${scheme}" does not end in a transport with only muxes before it; write it like native+tcp or ssh+native+ws.`,
  );
}
