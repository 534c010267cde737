// smux as mux-engine drives it: actions to frames.

import {
  type Codec,
  type CodecSink,
  Framer,
  gappedIds,
  type Ids,
  type Output,
  type Policy,
  type Role,
  SYN,
  writeU16le,
  writeU32le,
} from "mux-engine";
import type { Features, StreamsError } from "streams-core";
import { byPeer, seemsToSpeak } from "streams-core/kit";
import * as L from "./layout.js";
import { Reader } from "./reader.js";
import { Windows } from "./windows.js";

export class SmuxCodec implements Codec {
  readonly features: Features;
  readonly policy: Policy;
  readonly ids: Ids;
  readonly window: number;
  readonly maxFrame: number = L.MAX_PAYLOAD;
  readonly credit?: NonNullable<Codec["credit"]>;
  readonly end: NonNullable<Codec["end"]> = (out, id) => void this.#frame(out, L.FIN, id, 0);
  /** Both are ends to the original. What it still sends is dropped. */
  readonly reset: Codec["reset"] = this.end;
  readonly refuse: Codec["refuse"] = this.end;
  readonly beacon: NonNullable<Codec["beacon"]> = (out) => void this.#frame(out, L.NOP, 0, 0);
  readonly extension: Codec["extension"] = (out, id, length) => this.#frame(out, L.EXTENSION, id, length);
  readonly #version: L.SmuxVersion;
  readonly #windows: Windows | undefined;
  readonly #reader: Reader;
  readonly #framer: Framer;

  constructor(role: Role, version: L.SmuxVersion, policy: Policy) {
    this.#version = version;
    this.policy = policy;
    const flowControl = version === 1 ? "session" : "stream";
    const cannot = { resetCode: false, ping: false, priority: false, drain: false };
    this.features = { headers: "none", opens: "both", flowControl, halfClose: !policy.endAfterPeer, ...cannot };
    const first = role === "client" ? { local: 3, remote: 2 } : { local: 2, remote: 1 };
    this.ids = gappedIds({ ...first, step: 2, max: L.MAX_ID });
    this.window = version === 1 ? Number.POSITIVE_INFINITY : L.WINDOW;
    if (version === 2) {
      const windows = new Windows((out, id) => this.#frame(out, L.UPD, id, L.UPD_LENGTH));
      this.#windows = windows;
      this.credit = (out, id, bytes) => windows.grant(out, id, bytes);
    }
    this.#reader = new Reader(version, this.#windows);
    this.#framer = new Framer(this.#reader);
  }

  start(out: Output, signed: boolean): void {
    if (signed) this.#frame(out, L.NOP, L.SIGN, 0);
  }

  receive(chunk: Uint8Array, sink: CodecSink): void {
    // A peer of the other version may say no more than that, once it saw a frame of this one.
    if (this.#reader.sink === undefined && chunk[0] !== this.#version) throw wrongProtocol(chunk, this.#version);
    this.#reader.sink = sink;
    this.#framer.feed(chunk);
  }

  data(out: Output, id: number, length: number, flags: number): void {
    if (flags & SYN) {
      this.#windows?.open(id, false);
      this.#frame(out, L.SYN, id, 0);
    }
    if (length === 0) return;
    this.#windows?.sent(id, length);
    this.#frame(out, L.PSH, id, length, 0);
  }

  /** The original ends the connection and says nothing. */
  close(): void {}

  forget(id: number): void {
    this.#windows?.forget(id);
  }

  /** Writes a frame's header and makes room for `room` bytes of its body, whose place it returns. */
  #frame(out: Output, command: number, id: number, length: number, room: number = length): number {
    const at = out.reserve(L.HEADER + room);
    const { bytes } = out;
    bytes[at] = this.#version;
    bytes[at + 1] = command;
    writeU16le(bytes, at + 2, length);
    writeU32le(bytes, at + 4, id);
    return at + L.HEADER;
  }
}

function wrongProtocol(start: Uint8Array, version: L.SmuxVersion): StreamsError {
  const isOther = start[0] === 3 - version && (start[1] ?? 0) <= L.UPD;
  const speaks = isOther ? `version ${start[0]} of smux` : seemsToSpeak(start);
  const advice = isOther ? "; give both ends the same version" : "";
  return byPeer("ERR_WRONG_PROTOCOL", `The peer seems to speak ${speaks}, not version ${version} of smux${advice}.`);
}
