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
  const attempts = [target].flat().map((one) => async (signal: AbortSignal | undefined) => {
    const [url, backend] = await resolve(one, backends);
    return backend.connect(url, signal && { signal });
  });
  return handled(firstOf(attempts, (session) => void handled(session.close()), options?.signal));
}

/** Listens for sessions. @throws ERR_SCHEME_UNKNOWN, ERR_ADDRESS_IN_USE, … */
export function serve(target: string | URL, backends: Backends, options?: OpOptions): Promise<Server<StreamProvider>> {
  return handled(resolve(target, backends).then(([url, backend]) => backend.serve(url, options)));
}

async function resolve(target: string | URL, backends: Backends): Promise<[URL, Backend]> {
  const known = Object.keys(backends);
  const invalid = (what: string): StreamsError => {
    const advice = `write it like native+tcp://127.0.0.1:7000, out of ${known.join(", ")}`;
    return new StreamsError("ERR_SCHEME_UNKNOWN", `${what}; ${advice}.`);
  };
  if (!URL.canParse(target)) throw invalid(`"${target}" is not a URL`);
  const url = new URL(target);
  const scheme = url.protocol.slice(0, -1);
  const names = known.includes(scheme) ? [scheme] : scheme.split("+");
  for (const name of names) if (!known.includes(name)) throw invalid(`Scheme "${scheme}" has an unknown "${name}"`);
  const parts = await Promise.all(names.map((name) => load(backends[name])));
  const whole = parts.reduceRight(compose);
  if (!isBackend(whole)) throw invalid(`Scheme "${scheme}" is not muxes before a transport`);
  return [url, whole];
}

/** Puts a mux over what the parts to its right made: a transport, or a backend, over whose streams it runs. */
function compose(below: Part | undefined, mux: Part | undefined): Part | undefined {
  if (typeof mux !== "function" || typeof below !== "object") return undefined;
  return over(mux, isBackend(below) ? nest(below) : below);
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
