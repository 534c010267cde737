// SPDY/3.1 under the fuzzer: frames, and what is compressed in them.

import { spdyWire } from "mux-spdy";
import type { Random } from "../sim/random.js";
import type { Decoder } from "./decoders.js";
import { DEAF, feed, LARGEST_INPUT, noise } from "./feed.js";
import { recordSession } from "./record.js";

const wire = spdyWire();
/** Settings that are a client's sign, so that extension frames are read as well. */
const SIGN = Uint8Array.of(0x80, 3, 0, 4, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0x53, 0x54, 0x52, 0, 0, 0, 1);
const START = Uint8Array.of(0x78, 0x20, 0xe3, 0xc6, 0xa7, 0xc2);
/** SYN_STREAM, SYN_REPLY, HEADERS. */
const HEADED: ReadonlySet<number> = new Set([1, 2, 8]);
const TYPES = [1, 1, 2, 3, 4, 6, 7, 8, 9, 0x5354, 5, 77] as const;

export const spdyDecoders: readonly Decoder[] = [
  {
    name: "spdy",
    wire: "spdy",
    inputs: 300_000,
    code: ["mux-spdy", "mux-engine"],
    decode: (input) => {
      const server = wire("server");
      server.receive(SIGN, DEAF);
      feed(server, input);
      return server;
    },
    make: frames,
    samples: async () => {
      const { there } = await recordSession(1, (role, options) => spdyWire(options)(role), 20);
      return [there.subarray(SIGN.byteLength, SIGN.byteLength + LARGEST_INPUT)];
    },
  },
];

/** A few frames: mostly of a type that exists, of a length and for a stream that it may have; now and then anything. */
function frames(random: Random, into: Uint8Array): number {
  let at = 0;
  let started = false;
  for (let n = 1 + random.below(4); n > 0; n -= 1) {
    const id = random.chance(0.9) ? 1 + 2 * random.below(3) : random.next() >>> 1;
    if (random.chance(0.3)) {
      const length = random.below(40);
      into.set(
        [id >>> 24, id >>> 16, id >>> 8, id, random.chance(0.9) ? random.below(2) : random.below(256), 0, 0, length],
        at,
      );
      noise(random, into.subarray(at + 8, at + 8 + length));
      at += 8 + length;
      continue;
    }
    const type = random.chance(0.95) ? random.pick(TYPES) : random.below(65_536);
    const body = at + 8;
    into.set([id >>> 24, id >>> 16, id >>> 8, id], body);
    let end = body + 4;
    if (HEADED.has(type)) {
      if (type === 1) end += 6;
      into.fill(0, body + 4, end);
      if (!started) {
        into.set(START, end);
        end += START.byteLength;
        started = true;
      }
      end = block(random, into, end);
    } else if (type === 4) {
      into.set([0, 0, 0, 1], body);
      end = body + 12;
      noise(random, into.subarray(body + 4, end));
    } else if (type !== 6) {
      into.set([0, 0, 0, random.below(13)], end);
      end += 4;
    }
    const length = random.chance(0.95) ? end - body : random.next() & 0xffffff;
    into.set(
      [0x80, 3, type >>> 8, type, random.chance(0.9) ? 0 : random.below(4), length >>> 16, length >>> 8, length],
      at,
    );
    at = end;
  }
  return random.chance(0.9) ? at : random.below(at);
}

/** Headers that are stored, or noise that may be compressed ones. */
function block(random: Random, into: Uint8Array, at: number): number {
  if (random.chance(0.2)) {
    const length = random.below(30);
    noise(random, into.subarray(at, at + length));
    return at + length;
  }
  let end = at + 9;
  const count = random.below(3);
  into.set([0, 0, 0, count], at + 5);
  for (let i = 0; i < 2 * count; i += 1) {
    const length = 1 + random.below(10);
    into.set([0, 0, 0, length], end);
    for (let j = 0; j < length; j += 1)
      into[end + 4 + j] = random.chance(0.98) ? 97 + random.below(26) : random.below(256);
    end += 4 + length;
  }
  const length = end - at - 5;
  into.set([0, length, length >>> 8, ~length, ~length >>> 8], at);
  into.set([0, 0, 0, 255, 255], end);
  return end + 5;
}
