// What a codec tells of the bytes that it gets, one line an event.

import { type CodecSink, Output, type Role } from "mux-engine";
import { headersOf } from "streams-core/kit";
import { SpdyCodec, type Tuning } from "../../src/codec.js";

const PLAIN: Tuning = { flowControl: "none", maxBufferedBytes: 1 << 22, refusal: "reply", peer: "auto" };

export const codecOf = (role: Role, tuning: Partial<Tuning> = {}): SpdyCodec =>
  new SpdyCodec(role, { ...PLAIN, ...tuning });

/** The payload of each data frame is put together; headers are shown as text. */
export class Listener {
  readonly lines: string[] = [];
  readonly codec: SpdyCodec;
  readonly #sink: CodecSink;
  #payload = "";

  constructor(codec: SpdyCodec) {
    this.codec = codec;
    const note =
      (name: string) =>
      (...args: readonly (number | string | boolean | Uint8Array)[]): void => {
        this.lines.push([name, ...args.map((a) => (a instanceof Uint8Array ? shown(a) : a))].join(" "));
      };
    this.#sink = {
      data: (part) => {
        this.#payload += Buffer.from(part).toString("latin1");
      },
      dataEnd: (fin) => {
        this.lines.push(`end ${JSON.stringify(this.#payload)} ${fin}`);
        this.#payload = "";
      },
      answer: (write) => void this.lines.push(`answer ${hexOf(write)}`),
      extension: (id, body) => void this.lines.push(`extension ${id} ${Buffer.from(body).toString("hex")}`),
      ...{ recognized: note("recognized"), room: note("room"), open: note("open"), accept: note("accept") },
      ...{ dataStart: note("start"), credit: note("credit"), reset: note("reset"), refuse: note("refuse") },
      ...{ stop: note("stop"), abort: note("abort"), ping: note("ping"), pong: note("pong") },
      ...{ drain: note("drain"), close: note("close") },
    };
  }

  hear(...pieces: readonly Uint8Array[]): this {
    for (const piece of pieces) this.codec.receive(piece, this.#sink);
    return this;
  }
}

export function hexOf(write: (out: Output) => void): string {
  const out = new Output();
  write(out);
  return Buffer.concat(out.take()).toString("hex");
}

const shown = (block: Uint8Array): string => JSON.stringify([...headersOf(block)]);
