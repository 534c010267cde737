// What a wire tells of bytes, as lines; payload that comes in pieces is one event.

import type { Sink, Wire } from "mux-engine";
import { isStreamsError } from "streams-core";

/** The events of the chunks, and at the end the code of the error, if there was one. */
export function eventsOf(wire: Wire, chunks: Iterable<Uint8Array>): string[] {
  const events: string[] = [];
  let payload = "";
  const flush = (): void => {
    if (payload !== "") events.push(`data ${payload}`);
    payload = "";
  };
  const sink = new Proxy({} as Sink, {
    get: (_, key) => {
      if (key === "data") {
        return (bytes: Uint8Array): void => {
          payload += Buffer.from(bytes).toString("latin1");
        };
      }
      return (...details: unknown[]): void => {
        flush();
        events.push(`${String(key)} ${details.map(text).join(" ")}`);
      };
    },
  });
  try {
    for (const chunk of chunks) wire.receive(chunk, sink);
    flush();
  } catch (error) {
    flush();
    events.push(`error ${isStreamsError(error) ? error.code : String(error)}`);
  }
  return events;
}

/** The bytes, each as a chunk of its own. */
export function singles(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

function text(detail: unknown): string {
  return detail instanceof Uint8Array ? Buffer.from(detail).toString("latin1") : JSON.stringify(detail);
}
