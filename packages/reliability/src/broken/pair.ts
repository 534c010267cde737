// Two sessions of this process over a real connection that can be broken.

import type { Conn, StreamProvider } from "streams-core";
import { Line } from "./line.js";
import { type MediumName, placeOf, transportOf } from "./media.js";
import { type Limits, muxOf, type WireName } from "./wires.js";

export interface Pair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
  readonly line: Line;
}

export interface PairOptions {
  /** Of both sessions. */
  readonly limits?: Limits;
}

/** Runs `work` with a fresh pair, whose sessions may still shake hands, and takes all down after it. */
export async function withPair<T>(
  wire: WireName,
  medium: MediumName,
  { limits }: PairOptions,
  work: (pair: Pair) => Promise<T>,
): Promise<T> {
  return withConns(medium, (near, far, line) => {
    const mux = muxOf(wire, limits);
    return ending({ client: mux(near, "client"), server: mux(far, "server"), line }, work);
  });
}

async function withConns<T>(name: MediumName, work: (near: Conn, far: Conn, line: Line) => Promise<T>): Promise<T> {
  const { url, dispose } = placeOf(name);
  const transport = transportOf(name);
  const listening = await transport.serve(url);
  const line = await Line.to(listening.url);
  try {
    const [near, far] = await Promise.all([transport.dial(line.url), listening.accept()]);
    if (far === null) throw new Error("The server was closed.");
    return await work(near, far, line);
  } finally {
    await Promise.all([line.close(), listening.close()]);
    dispose();
  }
}

async function ending<T>(pair: Pair, work: (pair: Pair) => Promise<T>): Promise<T> {
  try {
    return await work(pair);
  } finally {
    await Promise.allSettled([pair.client.close(), pair.server.close()]);
  }
}
