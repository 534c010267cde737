// smux under the fuzzer: both versions as towards the original, and the second with the extension frames of our own ends.

import { Output, type Wire } from "mux-engine";
import { type SmuxOptions, smuxWire } from "mux-smux";
import type { Random } from "../sim/random.js";
import type { Decoder } from "./decoders.js";
import { DEAF, feed, LARGEST_INPUT, noise } from "./feed.js";
import { recordSession } from "./record.js";

const HEADER = 8;
const [PSH, UPD, EXTENSION] = [2, 4, 0x80] as const;
const COMMANDS = [0, 0, 1, PSH, PSH, PSH, 3, UPD, EXTENSION] as const;

export const smuxDecoders: readonly Decoder[] = [
  decoder("smux", { version: 2, peer: "streams" }),
  decoder("smux-stock", { version: 2, peer: "stock" }),
  decoder("smux1-stock", { version: 1, peer: "stock" }),
];

function decoder(name: string, options: SmuxOptions & { readonly version: 1 | 2 }): Decoder {
  const wire = smuxWire(options);
  const sign = Uint8Array.of(options.version, 3, 0, 0, 0x73, 0x74, 0x72, 0x6d);
  return {
    name,
    wire: "smux",
    inputs: 500_000,
    code: ["mux-smux", "mux-engine"],
    decode: (input) => {
      const server = started(wire("server"));
      server.receive(sign, DEAF);
      feed(server, input);
      return server;
    },
    make: (random, into) => frames(random, into, options.version),
    samples: async () => {
      const ours: SmuxOptions = { ...options, peer: "streams" };
      const { there } = await recordSession(1, (role, limits) => smuxWire({ ...limits, ...ours })(role), 20);
      return [there.subarray(HEADER, HEADER + LARGEST_INPUT)];
    },
  };
}

/** A wire reads the sign for what it is once it has sent its own. */
function started(wire: Wire): Wire {
  wire.start(new Output());
  return wire;
}

/** A few frames: mostly of a command that exists, of a length and for a stream that it may have; now and then anything. */
function frames(random: Random, into: Uint8Array, version: number): number {
  let at = 0;
  for (let n = 1 + random.below(5); n > 0; n -= 1) {
    const command = random.chance(0.97) ? random.pick(COMMANDS) : random.below(256);
    const length = random.chance(0.97) ? usualLength(random, command) : random.below(65_536);
    const id = random.chance(0.9) ? 3 + 2 * random.below(3) : random.next();
    into.set([random.chance(0.99) ? version : 3 - version, command, length, length >>> 8], at);
    into.set([id, id >>> 8, id >>> 16, id >>> 24], at + 4);
    const body = into.subarray(at + HEADER, at + HEADER + Math.min(length, 64));
    noise(random, body);
    // Little was consumed of little; and a kind of extension frame that there is.
    if (command === UPD && random.chance(0.8)) body.set([0, 0, 0, 0], 0);
    if (command === EXTENSION && random.chance(0.8)) body[0] = 1 + random.below(12);
    at += HEADER + body.byteLength;
  }
  return random.chance(0.9) ? at : random.below(at);
}

function usualLength(random: Random, command: number): number {
  if (command === PSH || command === EXTENSION) return 1 + random.below(40);
  return command === UPD ? 8 : 0;
}
