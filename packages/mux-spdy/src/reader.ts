// Bytes to frames: where each begins and ends, and whether it may be as it is. What a control frame means, `Meaning` knows.

import { MAX_EXTENSION, readU16, readU24, readU32, type Syntax } from "mux-engine";
import type { StreamsError } from "streams-core";
import { broken, byPeer, seemsToSpeak } from "streams-core/kit";
import { tooLarge } from "./headers/block.js";
import * as L from "./layout.js";
import type { Meaning } from "./meaning.js";

/** Bytes of a frame of an unknown type, which are skipped; settings in one frame. */
const MOST_SKIPPED = 65536;
const MOST_SETTINGS = 128;

/** The fewest and the most bytes of each type, and the flags that it may have. */
const SHAPES: Readonly<Record<number, readonly [least: number, most: number, flags: number]>> = {
  [L.SYN_STREAM]: [10, 10 + L.MAX_BLOCK, L.FLAG_FIN],
  [L.SYN_REPLY]: [4, 4 + L.MAX_BLOCK, L.FLAG_FIN],
  [L.HEADERS]: [4, 4 + L.MAX_BLOCK, L.FLAG_FIN],
  [L.RST_STREAM]: [8, 8, 0],
  [L.SETTINGS]: [4, 4 + 8 * MOST_SETTINGS, L.FLAG_CLEAR_SETTINGS],
  [L.PING]: [4, 4, 0],
  [L.GOAWAY]: [8, 8, 0],
  [L.WINDOW_UPDATE]: [8, 8, 0],
  [L.EXTENSION]: [4, 4 + MAX_EXTENSION, 0],
};

export class Reader implements Syntax {
  want: number = L.HEADER;
  flow = 0;
  readonly #meaning: Meaning;
  /** The type of the frame whose body is wanted; 0 for none. */
  #type = 0;
  #flags = 0;
  /** What passes through is skipped. */
  #skipping = false;

  constructor(meaning: Meaning) {
    this.#meaning = meaning;
  }

  take(bytes: Uint8Array, at: number): void {
    const type = this.#type;
    const end = at + this.want;
    if (this.#meaning.ours === undefined && type === 0) this.check(bytes.subarray(at, end));
    this.#type = 0;
    this.want = L.HEADER;
    if (type > 0) this.#meaning.control(type, this.#flags, bytes, at, end);
    else if ((bytes[at] ?? 0) < 0x80) this.#startData(readU32(bytes, at), bytes[at + 4] ?? 0, readU24(bytes, at + 5));
    else this.#startControl(readU16(bytes, at), readU16(bytes, at + 2), bytes[at + 4] ?? 0, readU24(bytes, at + 5));
  }

  pass(payload: Uint8Array): void {
    this.flow -= payload.byteLength;
    if (!this.#skipping) this.#meaning.payload(payload, this.flow === 0);
  }

  /** Checks the first bytes that came, also when they are not enough: a peer that speaks something else may never send more. */
  check(start: Uint8Array): void {
    const [control = 0x80, version = 3, type = 0] = start;
    if (control === 0x80 && version === 3 && type === 0) return;
    const isSpdy = control === 0x80 && version < 8 && start.byteLength > 1;
    const what = isSpdy ? `version ${version} of SPDY, not 3.1` : `${seemsToSpeak(start)}, not SPDY/3.1`;
    throw byPeer("ERR_WRONG_PROTOCOL", `The peer seems to speak ${what}.`);
  }

  #startData(id: number, flags: number, length: number): void {
    if (id === 0 || flags > L.FLAG_FIN) throw broken(`sent data of flags ${flags} on stream ${id}`);
    this.flow = length;
    this.#skipping = false;
    this.#meaning.data(id, length, flags === L.FLAG_FIN);
  }

  #startControl(start: number, type: number, flags: number, length: number): void {
    const shape = SHAPES[type];
    if (start !== L.CONTROL) throw badFrame(start, type, flags, length);
    if (shape === undefined || (type === L.EXTENSION && this.#meaning.ours !== true)) return this.#skip(type, length);
    const [least, most, known] = shape;
    if (length > most && most > L.MAX_BLOCK) throw tooLarge();
    if (length < least || length > most || (flags & known) !== flags) throw badFrame(start, type, flags, length);
    this.#type = type;
    this.#flags = flags;
    this.want = length;
  }

  /** Unknown types are ignored (draft 3.1, section 2.2.1). */
  #skip(type: number, length: number): void {
    if (length > MOST_SKIPPED) throw badFrame(L.CONTROL, type, 0, length);
    this.#meaning.begin(false);
    this.flow = length;
    this.#skipping = true;
  }
}

function badFrame(start: number, type: number, flags: number, length: number): StreamsError {
  const version = start & 0x7fff;
  return broken(`sent a frame of version ${version}, type ${type}, flags ${flags} and ${length} bytes`);
}
