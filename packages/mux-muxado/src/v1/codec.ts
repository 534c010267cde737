// Actions to frames: muxado 1 as mux-engine drives it.

import {
  type Codec,
  type CodecSink,
  Framer,
  type Ids,
  type Output,
  type Policy,
  parityIds,
  type Role,
  type SessionEnd,
  SYN,
  writeU16,
  writeU32,
} from "mux-engine";
import { type ErrorCode, type Features, StreamsError } from "streams-core";
import { Heartbeats } from "../heartbeats.js";
import { MAGIC } from "../sign.js";
import { FEATURES, POLICY } from "../stock.js";
import { admitType, typeIn } from "../stream-type.js";
import * as L from "./layout.js";
import { Reader } from "./reader.js";

const CODES: Partial<Record<ErrorCode, number>> = { ERR_PROTOCOL: L.PROTOCOL, ERR_FLOW_CONTROL: L.FLOW_CONTROL };
const NO_TEXT = new Uint8Array(0);

export class Muxado1Codec implements Codec {
  readonly features: Features = { ...FEATURES, ping: true, priority: true };
  readonly policy: Policy = POLICY;
  readonly ids: Ids;
  readonly window: number = L.WINDOW;
  readonly maxFrame: number = L.MAX_LENGTH;
  readonly admit: (block: Uint8Array) => void = admit;
  readonly #firstRemote: number;
  readonly #reader: (sink: CodecSink) => Reader;
  readonly #heartbeats: Heartbeats;
  #framer: Framer | undefined;

  constructor(role: Role, heedsSign: boolean) {
    const [local, remote] = role === "client" ? [3, 2] : [2, 3];
    this.#firstRemote = remote;
    this.#reader = (sink) => new Reader(this.#heartbeats.sink(sink), local % 2, heedsSign);
    this.ids = parityIds({ local, remote, step: 2, max: L.MAX_ID });
    this.#heartbeats = new Heartbeats(this, L.HEARTBEAT);
  }

  /** Each end opens a heartbeat. Its priority, which the original ignores, is where our own have their sign. */
  start(out: Output, signed: boolean): void {
    const id = this.#heartbeats.take();
    if (id !== undefined) syn(out, id, signed ? MAGIC : L.HIGHEST_PRIORITY, L.HEARTBEAT);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    this.#framer ??= new Framer(this.#reader(sink));
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number, block: Uint8Array, urgency: number): void {
    if (flags & SYN) syn(out, id, priorityOf(urgency), typeIn(block));
    if (length > 0) head(out, L.DATA, 0, id, length);
  }

  end(out: Output, id: number): void {
    head(out, L.DATA, L.FIN, id, 0);
  }

  reset(out: Output, id: number, code: number): void {
    number(out, L.RST, id, code);
  }

  refuse(out: Output, id: number, code: number): void {
    this.reset(out, id, code || L.REFUSED);
  }

  credit(out: Output, id: number, bytes: number): void {
    number(out, L.WNDINC, id, bytes);
  }

  ping(out: Output, token: number): void {
    this.#heartbeats.ping(out, token);
  }

  pong(out: Output, token: number): void {
    this.#heartbeats.pong(out, token);
  }

  /** The original must never take its heartbeat, which it opens first, for one that we did not. */
  drain(out: Output, lastId: number): void {
    goAway(out, Math.max(lastId, this.#firstRemote), 0, NO_TEXT);
  }

  close(out: Output, lastId: number, { code, failed }: SessionEnd): void {
    if (failed === undefined) goAway(out, lastId, code, L.CLOSED);
    else goAway(out, lastId, CODES[failed] ?? L.INTERNAL, NO_TEXT);
  }

  extension(out: Output, id: number, length: number): number {
    return head(out, L.EXTENSION, 0, id, length, length);
  }
}

/** As `admitType`, but for the type of heartbeats: at a second one the original reads nothing any more. */
function admit(block: Uint8Array): void {
  admitType(block);
  if (typeIn(block) !== L.HEARTBEAT) return;
  throw new StreamsError(
    "ERR_HEADERS_INVALID",
    `Type ${L.HEARTBEAT} is that of muxado's heartbeats; take another one.`,
  );
}

/** The more urgent the higher; the default is not said. */
function priorityOf(urgency: number): number {
  return urgency === L.DEFAULT_URGENCY ? 0 : (7.5 - urgency) * 2 ** L.URGENCY_BITS;
}

/** Writes a header and makes room for `room` bytes after it, whose place it returns. */
function head(out: Output, type: number, flags: number, id: number, length: number, room: number = 0): number {
  const at = out.reserve(L.HEADER + room);
  writeU16(out.bytes, at, length);
  writeU16(out.bytes, at + 2, flags * 256 + type);
  writeU32(out.bytes, at + 4, id);
  return at + L.HEADER;
}

function syn(out: Output, id: number, priority: number, type: number): void {
  const length = (priority === 0 ? 0 : 4) + (type === 0 ? 0 : 4);
  const flags = (priority === 0 ? 0 : L.HAS_PRIORITY) | (type === 0 ? 0 : L.HAS_TYPE);
  const at = head(out, L.SYN, flags, id, length, length);
  if (priority !== 0) writeU32(out.bytes, at, priority);
  if (type !== 0) writeU32(out.bytes, at + length - 4, type);
}

function number(out: Output, type: number, id: number, value: number): void {
  const at = head(out, type, 0, id, 4, 4);
  writeU32(out.bytes, at, value);
}

function goAway(out: Output, lastId: number, code: number, text: Uint8Array): void {
  const length = L.GOAWAY_BODY + text.length;
  const at = head(out, L.GOAWAY, 0, 0, length, length);
  writeU32(out.bytes, at, lastId);
  writeU32(out.bytes, at + 4, code);
  out.bytes.set(text, at + L.GOAWAY_BODY);
}
