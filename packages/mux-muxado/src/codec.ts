// Actions to frames: muxado 2 as mux-engine drives it.

import {
  type Codec,
  type CodecSink,
  Framer,
  gappedIds,
  type Ids,
  type Output,
  type Policy,
  type Role,
  type SessionEnd,
  SYN,
  writeU32,
} from "mux-engine";
import type { ErrorCode, Features } from "streams-core";
import * as L from "./layout.js";
import { Reader } from "./reader.js";
import { MAGIC } from "./sign.js";
import { FEATURES, POLICY } from "./stock.js";

const CODES: Partial<Record<ErrorCode, number>> = {
  ERR_PROTOCOL: L.PROTOCOL,
  ERR_FLOW_CONTROL: L.FLOW_CONTROL,
  ERR_CALM: L.CALM,
};

export class MuxadoCodec implements Codec {
  readonly features: Features = FEATURES;
  readonly policy: Policy = POLICY;
  readonly ids: Ids;
  readonly window: number;
  readonly maxFrame: number = L.MAX_LENGTH;
  readonly #isLocal: (id: number) => boolean;
  readonly #heedsSign: boolean;
  #framer: Framer | undefined;

  /** @param window what both ends take for it: nothing says so on the wire */
  constructor(role: Role, heedsSign: boolean, window: number) {
    this.window = window;
    const [local, remote] = role === "client" ? [3, 2] : [2, 3];
    this.ids = gappedIds({ local, remote, step: 2, max: L.MAX_ID });
    this.#isLocal = (id) => id % 2 === local % 2;
    this.#heedsSign = heedsSign;
  }

  start(out: Output, signed: boolean): void {
    if (signed) head(out, L.SIGN, MAGIC, 0);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    this.#framer ??= new Framer(new Reader(sink, this.#isLocal, this.#heedsSign));
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number): void {
    const opens = (flags & SYN) !== 0;
    if (opens || length > 0) head(out, opens ? L.DATA | L.SYN : L.DATA, id, length);
  }

  end(out: Output, id: number): void {
    head(out, L.DATA | L.FIN, id, 0);
  }

  credit(out: Output, id: number, bytes: number): void {
    number(out, L.WNDINC, id, bytes);
  }

  reset(out: Output, id: number, code: number): void {
    number(out, L.RST, id, code);
  }

  refuse(out: Output, id: number, code: number): void {
    number(out, L.RST, id, code || L.STREAM_REFUSED);
  }

  drain(out: Output, lastId: number): void {
    goAway(out, lastId, 0, "");
  }

  close(out: Output, lastId: number, { code, reason, failed }: SessionEnd): void {
    if (failed !== undefined) goAway(out, lastId, CODES[failed] ?? L.INTERNAL, reason);
    else goAway(out, lastId, code, reason === "" ? L.NO_ERROR : `${L.NO_ERROR}: ${reason}`);
  }

  extension(out: Output, id: number, length: number): number {
    return head(out, L.EXTENSION, id, length, length);
  }
}

/** Writes a header and makes room for `room` bytes after it, whose place it returns. */
function head(out: Output, kind: number, id: number, length: number, room: number = 0): number {
  const at = out.reserve(L.HEADER + room);
  writeU32(out.bytes, at, length * 256 + kind);
  writeU32(out.bytes, at + 4, id);
  return at + L.HEADER;
}

function number(out: Output, kind: number, id: number, value: number): void {
  const at = head(out, kind, id, 4, 4);
  writeU32(out.bytes, at, value);
}

/** The original takes eight bytes too many: they are a frame of an unknown type, which everybody else skips. */
function goAway(out: Output, lastId: number, code: number, text: string): void {
  const debug = new TextEncoder().encode(text).subarray(0, L.MAX_REASON);
  const length = L.GOAWAY_BODY + debug.length;
  const at = head(out, L.GOAWAY, 0, length, length);
  writeU32(out.bytes, at, lastId);
  writeU32(out.bytes, at + 4, code);
  out.bytes.set(debug, at + L.GOAWAY_BODY);
  head(out, L.PAD, 0, 0);
}
