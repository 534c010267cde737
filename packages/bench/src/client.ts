// What a peer's client must be able to do. There is one for callbacks, one for promises, one for a lone line, and the Go program's.

import type { Ack, Shape } from "./bytes.js";

export interface Uploaded {
  readonly acks: readonly Ack[];
  /** Bytes written, which those of `acks` must equal. */
  readonly bytes: number;
  readonly ms: number;
}

export interface Echoed {
  readonly echoes: number;
  readonly ms: number;
}

export interface Beside {
  readonly upload: Uploaded;
  /** Milliseconds that each small echo took. */
  readonly latencies: readonly number[];
}

export interface Memory {
  readonly rss: number;
  readonly heap: number;
}

/** Every deadline is a `performance.now()`; what was begun before it is finished and counted. Every method rejects on a wrong byte. */
export interface Client {
  /** Writes without pause over so many streams at once, until the receiver has counted every byte. */
  upload(shape: Shape, streams: number, until: number): Promise<Uploaded>;
  /** Opens a stream for each echo of 128 bytes, so many at a time. */
  echoes(inFlight: number, headers: boolean, until: number): Promise<Echoed>;
  /** 64 bytes there and back over one stream, one at a time. */
  pingpong(until: number): Promise<Echoed>;
  /** An upload over one stream, and over another 64 bytes there and back, sent each millisecond. */
  beside(shape: Shape, until: number): Promise<Beside>;
  /** Opens so many streams more, sends a byte there and back on each, and keeps them. */
  idle(streams: number): Promise<void>;
  /** What the server uses after a collection. */
  serverMemory(): Promise<Memory>;
}

/** What headers an opener sends in openecho-headers, and what must come back. */
export const REQUEST_HEADERS: Readonly<Record<string, string>> = {
  authorization: "Bearer 0123456789abcdef",
  "content-type": "application/octet-stream",
  "x-request-id": "3f2a9c60-7d1e",
  "x-service": "inventory",
};
export const REPLY_HEADER = "x-served-by";
export const REPLY_VALUE = "bench-1";

/** What a client is told of where and what to measure. */
export interface Target {
  readonly port: number;
  /** Streams that may be open at once; more than any default allows where a workload asks for that. */
  readonly streams: number;
  /** For peers whose client starts its own server: what to run. */
  readonly server: readonly string[];
}
