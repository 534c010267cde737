// What the codec tells of bytes, one line an event, the payload of each frame put together.

import { type CodecSink, Output, type Role } from "mux-engine";
import { YamuxCodec } from "../../src/codec.js";

const TUNING = { maxWindow: 1 << 24, acceptBacklog: 256, graceful: false };

export function codecOf(role: Role, graceful = false): YamuxCodec {
  return new YamuxCodec(role, { ...TUNING, graceful });
}

const shown = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);

/** @param signed whether this end has sent the sign */
export function eventsOf(role: Role, pieces: Iterable<Uint8Array>, signed = true): string[] {
  const lines: string[] = [];
  let payload = "";
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      lines.push([name, ...args.map(shown)].join(" ").trimEnd());
    };
  const sink: CodecSink = {
    ...{ recognized: note("recognized"), extension: note("extension"), open: note("open"), accept: note("accept") },
    ...{ credit: note("credit"), reset: note("reset"), refuse: note("refuse"), stop: note("stop") },
    ...{ abort: note("abort"), ping: note("ping"), pong: note("pong"), drain: note("drain"), close: note("close") },
    ...{ room: note("room"), dataStart: note("start") },
    data: (part) => {
      payload += Buffer.from(part).toString("latin1");
    },
    dataEnd: (fin) => {
      lines.push(`data ${JSON.stringify(payload)} ${fin}`);
      payload = "";
    },
    answer: note("answer"),
  };
  const codec = codecOf(role);
  codec.start(new Output(), signed);
  for (const piece of pieces) codec.receive(piece, sink);
  return lines;
}
