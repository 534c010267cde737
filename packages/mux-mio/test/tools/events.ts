// What a codec tells of bytes, one line an event, the payload of each frame put together.

import { type CodecSink, Output, type Role } from "mux-engine";
import { MioCodec } from "../../src/codec.js";
import type { Peer } from "../../src/ids.js";

export function codecOf(role: Role, peer: Peer = "auto"): MioCodec {
  return new MioCodec(role, peer, { windowSizeLimit: 0xffffff, readBufferLimit: 128, closeDelay: 100 });
}

const shown = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);

/** Answers are shown as the bytes that they write. */
export function eventsOf(codec: MioCodec, pieces: Iterable<Uint8Array>): string[] {
  const lines: string[] = [];
  let payload = "";
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      lines.push([name, ...args.map(shown)].join(" ").trimEnd());
    };
  const sink: CodecSink = {
    ...{ recognized: note("recognized"), extension: note("extension"), accept: note("accept") },
    ...{ credit: note("credit"), reset: note("reset"), refuse: note("refuse"), stop: note("stop") },
    ...{ abort: note("abort"), ping: note("ping"), pong: note("pong"), drain: note("drain"), close: note("close") },
    ...{ room: note("room"), dataStart: note("start") },
    open(id, block, urgency, length) {
      note("open")(id, block, urgency, length, codec.ids.open(id));
    },
    data(part) {
      payload += Buffer.from(part).toString("latin1");
    },
    dataEnd(fin) {
      lines.push(`data ${JSON.stringify(payload)} ${fin}`);
      payload = "";
    },
    answer: (write) => note("answer")(written(write)),
  };
  for (const piece of pieces) codec.receive(piece, sink);
  return lines;
}

export function written(write: (out: Output) => void): string {
  const out = new Output();
  write(out);
  return Buffer.concat(out.take()).toString("hex");
}
