// Inputs on their way into a wire that nobody listens to.

import type { Sink } from "mux-engine";
import { Random } from "../sim/random.js";

/** The largest input. */
export const LARGEST_INPUT = 1024;

const nothing = (): void => {};
export const DEAF: Sink = {
  hello: nothing,
  open: nothing,
  accept: nothing,
  dataStart: nothing,
  data: nothing,
  dataEnd: nothing,
  credit: nothing,
  reset: nothing,
  refuse: nothing,
  stop: nothing,
  abort: nothing,
  ping: nothing,
  pong: nothing,
  drain: nothing,
  close: nothing,
  answer: nothing,
  room: nothing,
};

/** In pieces, as a link would: the same for the same input. */
export function feed(wire: { receive(chunk: Uint8Array, sink: Sink): void }, input: Uint8Array): void {
  const random = new Random(input.byteLength + (input[input.byteLength >> 1] ?? 0));
  const largest = random.pick([3, 64, LARGEST_INPUT, LARGEST_INPUT]);
  for (let at = 0; at < input.byteLength; ) {
    const end = at + 1 + random.below(largest);
    wire.receive(input.subarray(at, end), DEAF);
    at = end;
  }
}

/** Random bytes. */
export function noise(random: Random, into: Uint8Array): void {
  for (let i = 0; i < into.byteLength; i += 4) {
    const bits = random.next();
    into[i] = bits;
    into[i + 1] = bits >>> 8;
    into[i + 2] = bits >>> 16;
    into[i + 3] = bits >>> 24;
  }
}
