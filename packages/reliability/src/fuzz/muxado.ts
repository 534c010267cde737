// Both versions of muxado under the fuzzer: as towards an original, and with the extension frames of our own ends.

import { Output, type Role, type Wire } from "mux-engine";
import { muxadoWire } from "mux-muxado";
import { muxado1Wire } from "mux-muxado/v1";
import type { Random } from "../sim/random.js";
import type { Decoder } from "./decoders.js";
import { DEAF, feed, LARGEST_INPUT, noise } from "./feed.js";
import { recordSession } from "./record.js";

const SIGN = Uint8Array.of(0, 0, 0, 0xe0, 0x53, 0x74, 0x72, 0x6d);
/** A heartbeat, whose priority says the same. */
const SIGN_1 = Uint8Array.of(0, 8, 6, 1, 0, 0, 0, 3, 0x53, 0x74, 0x72, 0x6d, 0xff, 0xff, 0xfe, 0xff);
const NONE = new Uint8Array(0);
/** Data and windows twice as often as what a session has few of; 13 is what only our own ends say. */
const KINDS = [0x10, 0x10, 0x12, 0x12, 0x11, 0x20, 0x20, 0x00, 0x30, 0xd0, 0xd0, 0xf0] as const;
const [SYN, RST, DATA, WNDINC, GOAWAY, EXTENSION] = [1, 2, 3, 4, 6, 31] as const;
const KINDS_1 = [SYN, SYN, RST, DATA, DATA, WNDINC, WNDINC, GOAWAY, EXTENSION, EXTENSION] as const;

export const muxadoDecoders: readonly Decoder[] = [
  decoder("muxado", "muxado", muxadoWire({ peer: "streams" }), SIGN, frames),
  decoder("muxado-typed", "muxado", muxadoWire({ peer: "stock", typed: true }), NONE, frames),
  decoder("muxado1", "muxado1", muxado1Wire({ peer: "streams" }), SIGN_1, frames1),
  decoder("muxado1-stock", "muxado1", muxado1Wire({ peer: "stock" }), NONE, frames1),
];

function decoder(
  name: string,
  wire: string,
  make: (role: Role) => Wire,
  first: Uint8Array,
  frame: Decoder["make"],
): Decoder {
  const recorded = wire === "muxado" ? muxadoWire : muxado1Wire;
  return {
    name,
    wire,
    inputs: 1_000_000,
    code: ["mux-muxado", "mux-engine"],
    decode: (input) => {
      const server = make("server");
      // It reads the sign for what it is once it has sent its own.
      server.start(new Output());
      if (first.byteLength > 0) server.receive(first, DEAF);
      feed(server, input);
      return server;
    },
    make: frame,
    samples: async () => {
      const { there } = await recordSession(1, (role, options) => recorded(options)(role), 20);
      return [there.subarray(first.byteLength, first.byteLength + LARGEST_INPUT)];
    },
  };
}

/** A few frames: mostly of a kind that exists, of a length and for a stream that it may have; now and then anything. */
function frames(random: Random, into: Uint8Array): number {
  let at = 0;
  for (let n = 1 + random.below(5); n > 0; n -= 1) {
    const kind = random.chance(0.95) ? random.pick(KINDS) : random.below(256);
    const id = random.chance(0.9) ? (kind === 0x30 ? 0 : 3 + 2 * random.below(3)) : random.next();
    const usual = kind === 0x00 || kind === 0x20 ? 4 : kind === 0x30 ? 8 + random.below(20) : random.below(40);
    const length = random.chance(0.95) ? usual : random.next();
    into.set([length >>> 16, length >>> 8, length, kind, id >>> 24, id >>> 16, id >>> 8, id], at);
    at = body(random, into, at + 8, (length & 0xffffff) >>> 0, kind === 0xd0);
  }
  return random.chance(0.9) ? at : random.below(at);
}

function frames1(random: Random, into: Uint8Array): number {
  let at = 0;
  for (let n = 1 + random.below(5); n > 0; n -= 1) {
    const type = random.chance(0.95) ? random.pick(KINDS_1) : random.below(256);
    const flags = random.chance(0.9) ? (type === SYN ? 2 * random.below(4) : random.below(2)) : random.below(256);
    const id = random.chance(0.9) ? 5 + 2 * random.below(3) : random.next();
    const usual = type === SYN ? 4 * ((flags >> 1) & 1) + (flags & 4) : type === RST || type === WNDINC ? 4 : 8;
    const length = random.chance(0.9) ? usual : random.below(65_536);
    into.set([length >>> 8, length, flags, type, id >>> 24, id >>> 16, id >>> 8, id], at);
    at = body(random, into, at + 8, length, type === EXTENSION);
  }
  return random.chance(0.9) ? at : random.below(at);
}

/** @returns where it ends */
function body(random: Random, into: Uint8Array, at: number, length: number, isExtension: boolean): number {
  const bytes = into.subarray(at, at + Math.min(length, 64));
  noise(random, bytes);
  // A kind of extension frame that there is.
  if (isExtension && random.chance(0.8)) bytes[0] = 1 + random.below(12);
  return at + bytes.byteLength;
}
