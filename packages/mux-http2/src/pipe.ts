// The duplex that node:http2 gets.

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Conn } from "streams-core";
import { toDuplex } from "streams-core/node";
import { ReadAhead } from "./read-ahead.js";

export interface Pipe {
  readonly duplex: Duplex & { readonly bytesRead: number; readonly bytesWritten: number };
  /** Whether TLS is below. */
  readonly secure: boolean;
  /** Whether node:http2 takes its bytes past JavaScript. */
  readonly direct: boolean;
}

/** Frames that are not counted against the window: headers, settings, pings, and what each frame has around its payload. */
const UNCOUNTED = 1024 * 1024;

/**
 * A plain socket is handed over as it is. What is none, or has TLS over it, reads ahead, as far as the peer may send: node:http2 stops
 * reading while a write of its own waits, and when both ends write more than lies between them, both would wait for ever.
 * @param window bytes that the peer may have under way
 */
export function toPipe(conn: Conn, window: number): Pipe {
  const ahead = window + UNCOUNTED;
  const duplex = toDuplex(conn, { highWaterMark: ahead });
  if (!(duplex instanceof Socket)) return { duplex, secure: "encrypted" in duplex, direct: false };
  if ("encrypted" in duplex) return { duplex: new ReadAhead(duplex, ahead), secure: true, direct: false };
  return { duplex, secure: false, direct: true };
}
