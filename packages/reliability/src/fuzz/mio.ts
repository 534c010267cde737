// mio under the fuzzer: as towards the original, and with the extension frames of our own ends.

import { type MioOptions, mioWire } from "mux-mio";
import type { Random } from "../sim/random.js";
import type { Decoder } from "./decoders.js";
import { DEAF, feed, LARGEST_INPUT, noise } from "./feed.js";
import { recordSession } from "./record.js";

const SIGN = Uint8Array.of(0, 0, 0, 0, 0x53, 0x54, 0x52, 0x08);
const HEADER = 8;
const [DATA, CREDIT, OPEN, LAST_DATA, EXTENSION] = [0x01, 0x09, 0x0c, 0x11, 0x18] as const;
/** What streams have much of more often than what ends them, or the session. */
const FLAGS = [DATA, DATA, CREDIT, OPEN, OPEN, 0x0d, LAST_DATA, EXTENSION, 0x04, 0x02, 0x08, 0x00] as const;

export const mioDecoders: readonly Decoder[] = [decoder("mio", "streams"), decoder("mio-stock", "stock")];

function decoder(name: string, peer: NonNullable<MioOptions["peer"]>): Decoder {
  const wire = mioWire({ peer });
  const first = peer === "streams" ? SIGN : new Uint8Array(0);
  return {
    name,
    wire: "mio",
    inputs: 1_000_000,
    code: ["mux-mio", "mux-engine"],
    decode: (input) => {
      const server = wire("server");
      // What is read depends on which streams there are.
      const sink = { ...DEAF, open: (id: number) => void server.ids.open(id) };
      if (first.byteLength > 0) server.receive(first, sink);
      feed({ receive: (chunk) => server.receive(chunk, sink) }, input);
      return server;
    },
    make: frames,
    samples: async () => {
      const { there } = await recordSession(1, (role, options) => mioWire(options)(role), 20);
      return [there.subarray(SIGN.byteLength, SIGN.byteLength + LARGEST_INPUT)];
    },
  };
}

/** A few frames: mostly with flags that mean something, of a size and for a stream that they may have; now and then anything. */
function frames(random: Random, into: Uint8Array): number {
  let at = 0;
  for (let n = 1 + random.below(6); n > 0; n -= 1) {
    const flags = random.chance(0.97) ? random.pick(FLAGS) : random.below(256);
    const id = random.chance(0.95) ? 1 + 2 * random.below(3) : random.next();
    const size = random.chance(0.95) ? random.below(40) : random.next() & 0xffffff;
    into.set([id >>> 24, id >>> 16, id >>> 8, id, size >>> 16, size >>> 8, size, flags], at);
    at += HEADER;
    if (flags !== DATA && flags !== LAST_DATA && flags !== EXTENSION) continue;
    const body = into.subarray(at, at + Math.min(size, 64));
    noise(random, body);
    // A kind of extension frame that there is.
    if (flags === EXTENSION && random.chance(0.8)) body[0] = 1 + random.below(12);
    at += body.byteLength;
  }
  return random.chance(0.9) ? at : random.below(at);
}
