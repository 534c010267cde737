// A codec alone: what it writes, and what it tells.

import { type CodecSink, Output, type Role } from "mux-engine";
import { SmuxCodec } from "../../src/codec.js";
import { parse, shown } from "./frames.js";

export function codec(version: 1 | 2, role: Role = "server"): SmuxCodec {
  return new SmuxCodec(role, version, {});
}

export function hexOf(write: (out: Output) => void): string {
  return Buffer.from(written(write)).toString("hex");
}

export function written(write: (out: Output) => void): Uint8Array {
  const out = new Output();
  write(out);
  return new Uint8Array(Buffer.concat(out.take()));
}

/** The frames that it writes, in a few words each. */
export function framesIn(write: (out: Output) => void): string[] {
  return parse(written(write)).frames.map(shown);
}

/** A sink that notes what it is told, one line an event; the payload of each data frame put together. */
export function noting(lines: string[], opened: (id: number) => void = () => {}): CodecSink {
  const note =
    (name: string) =>
    (...args: readonly (number | string | boolean | Uint8Array)[]): void => {
      lines.push([name, ...args.map((a) => (a instanceof Uint8Array ? Buffer.from(a).toString("hex") : a))].join(" "));
    };
  let payload = "";
  return {
    data: (part) => {
      payload += Buffer.from(part).toString("latin1");
    },
    dataEnd: (fin) => {
      lines.push(`end ${fin} ${payload}`.trim());
      payload = "";
    },
    open: (id, ...rest) => {
      note("open")(id, ...rest);
      opened(id);
    },
    ...{ recognized: note("recognized"), dataStart: note("start"), credit: note("credit") },
    ...{
      accept: note("accept"),
      reset: note("reset"),
      refuse: note("refuse"),
      stop: note("stop"),
      abort: note("abort"),
    },
    ...{ ping: note("ping"), pong: note("pong"), drain: note("drain"), close: note("close"), room: note("room") },
    extension: note("extension"),
    answer: (write) => void lines.push(`answer ${framesIn(write).join(", ")}`),
  };
}

/** @param sent bytes that this end has sent on each stream once it is open */
export function eventsOf(pieces: readonly Uint8Array[], version: 1 | 2, role: Role = "server", sent = 0): string[] {
  const lines: string[] = [];
  const reading = codec(version, role);
  const sink = noting(lines, (id) => {
    if (sent > 0) reading.data(new Output(), id, sent, 0);
  });
  for (const piece of pieces) reading.receive(piece, sink);
  return lines;
}
