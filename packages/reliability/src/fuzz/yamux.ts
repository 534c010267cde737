// yamux under the fuzzer: as towards an original, and with the extension frames of our own ends.

import { Output, type Wire } from "mux-engine";
import { type YamuxOptions, yamuxWire } from "mux-yamux";
import type { Random } from "../sim/random.js";
import type { Decoder } from "./decoders.js";
import { DEAF, feed, LARGEST_INPUT, noise } from "./feed.js";
import { recordSession } from "./record.js";

const SIGN = Uint8Array.of(0, 2, 0, 1, 0, 0, 0, 0, 0x53, 0x74, 0x72, 0x6d);
const HEADER = 12;
const [DATA, PING, EXTENSION] = [0, 2, 0x7f] as const;
/** Data and windows twice as often as what a session has few of. */
const TYPES = [DATA, 1, DATA, 1, PING, 3, EXTENSION, EXTENSION] as const;

export const yamuxDecoders: readonly Decoder[] = [decoder("yamux", "streams"), decoder("yamux-stock", "stock")];

function decoder(name: string, peer: NonNullable<YamuxOptions["peer"]>): Decoder {
  const wire = yamuxWire({ peer });
  const first = peer === "streams" ? SIGN : new Uint8Array(0);
  return {
    name,
    wire: "yamux",
    inputs: 300_000,
    code: ["mux-yamux", "mux-engine"],
    decode: (input) => {
      const server = started(wire("server"));
      if (first.byteLength > 0) server.receive(first, DEAF);
      feed(server, input);
      return server;
    },
    make: frames,
    samples: async () => {
      const { there } = await recordSession(1, (role, options) => yamuxWire(options)(role), 20);
      return [there.subarray(SIGN.byteLength, SIGN.byteLength + LARGEST_INPUT)];
    },
  };
}

/** A wire reads the sign for what it is once it has sent its own. */
function started(wire: Wire): Wire {
  wire.start(new Output());
  return wire;
}

/** A few frames: mostly of a type that exists, of a length and for a stream that it may have; now and then anything. */
function frames(random: Random, into: Uint8Array): number {
  let at = 0;
  for (let n = 1 + random.below(5); n > 0; n -= 1) {
    const type = random.chance(0.95) ? random.pick(TYPES) : random.below(256);
    const ofStream = type < PING || type === EXTENSION;
    const id = random.chance(0.9) ? (ofStream ? 1 + 2 * random.below(3) : 0) : random.next();
    const flags = random.chance(0.9) ? usualFlags(random, type) : random.below(65_536);
    const length = random.chance(0.95) ? random.below(40) : random.next();
    into.set([random.chance(0.99) ? 0 : 1, type, flags >>> 8, flags, id >>> 24, id >>> 16, id >>> 8, id], at);
    into.set([length >>> 24, length >>> 16, length >>> 8, length], at + 8);
    at += HEADER;
    if (type !== DATA && type !== EXTENSION) continue;
    const body = into.subarray(at, at + Math.min(length >>> 0, 64));
    noise(random, body);
    // A kind of extension frame that there is.
    if (type === EXTENSION && random.chance(0.8)) body[0] = 1 + random.below(12);
    at += body.byteLength;
  }
  return random.chance(0.9) ? at : random.below(at);
}

function usualFlags(random: Random, type: number): number {
  if (type === PING) return 1 + random.below(2);
  return type < PING ? random.pick([0, 0, 0, 1, 1, 2, 4, 5, 8]) : 0;
}
