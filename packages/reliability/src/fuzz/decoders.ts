// What is fuzzed: each decoder with a way to make inputs that get further than noise does, and samples to begin with.

import { Output, Session, type SessionHost, type Wire } from "mux-engine";
import { nativeWire } from "mux-native";
import { decodeHeaders, encodeHeaders, seemsToSpeak } from "streams-core/kit";
import type { Random } from "../sim/random.js";
import { DEAF, feed, LARGEST_INPUT, noise } from "./feed.js";
import { mioDecoders } from "./mio.js";
import { muxadoDecoders } from "./muxado.js";
import { recordSession } from "./record.js";
import { smuxDecoders } from "./smux.js";
import { spdyDecoders } from "./spdy.js";
import { yamuxDecoders } from "./yamux.js";

export interface Decoder {
  readonly name: string;
  /** Whose row of the scorecard it shows. Default: native. */
  readonly wire?: string;
  /** Inputs that a test tries: a million, less where each takes longer. */
  readonly inputs: number;
  /** The packages whose code it is, as their paths contain it. */
  readonly code: readonly string[];
  /** Decodes the input. What it returns is all that it keeps. @throws as the decoder does */
  decode(input: Uint8Array): unknown;
  /** Writes a random input into the buffer and returns its length. */
  make(random: Random, into: Uint8Array): number;
  samples(): Promise<Uint8Array[]>;
}

const nothing = (): void => {};

const native = nativeWire();
const PREFACE = prefaceOf(native("client"));

export const DECODERS: readonly Decoder[] = [
  {
    name: "native",
    inputs: 1_000_000,
    code: ["mux-native", "mux-engine"],
    decode: (input) => {
      const wire = native("server");
      wire.receive(PREFACE, DEAF);
      feed(wire, input);
      return wire;
    },
    make: frames,
    samples: async () => {
      const { there } = await recordSession(1, native, 20);
      return [there.subarray(PREFACE.byteLength, PREFACE.byteLength + LARGEST_INPUT)];
    },
  },
  {
    name: "native-preface",
    inputs: 1_000_000,
    code: ["mux-native", "mux-engine"],
    decode: (input) => {
      const wire = native("server");
      feed(wire, input);
      return wire;
    },
    make: (random, into) => {
      into.set(PREFACE);
      const length = random.below(PREFACE.byteLength + 20);
      noise(random, into.subarray(PREFACE.byteLength, PREFACE.byteLength + 20));
      for (let n = random.below(4); n > 0; n -= 1) into[random.below(PREFACE.byteLength)] = random.below(256);
      return length;
    },
    samples: async () => [PREFACE],
  },
  {
    name: "native-session",
    inputs: 20_000,
    code: ["mux-native", "mux-engine"],
    decode: (input) => inSession(native("server"), input),
    make: frames,
    samples: async () => {
      const { there } = await recordSession(2, native, 20);
      return [there.subarray(PREFACE.byteLength, PREFACE.byteLength + LARGEST_INPUT)];
    },
  },
  {
    name: "headers",
    inputs: 1_000_000,
    code: ["streams-core"],
    // Node's own Headers check again what was let through.
    decode: (input) => new Headers([...decodeHeaders(input)]),
    make: headerBlock,
    samples: async () => [encodeHeaders({ name: "value", "x-empty": "", accept: "a, b" })],
  },
  {
    name: "sniff",
    inputs: 1_000_000,
    code: ["streams-core"],
    decode: (input) => seemsToSpeak(input),
    make: (random, into) => {
      const start = random.pick(STARTS);
      for (let i = 0; i < start.length; i += 1) into[i] = start.charCodeAt(i);
      noise(random, into.subarray(start.length, start.length + 16));
      return random.below(start.length + 17);
    },
    samples: async () => STARTS.map((start) => new TextEncoder().encode(start)),
  },
  ...smuxDecoders,
  ...spdyDecoders,
  ...muxadoDecoders,
  ...yamuxDecoders,
  ...mioDecoders,
];

const STARTS = [
  "",
  "GET / HTTP/1.1",
  "SSH-2.0-",
  "PRI * HTTP/2",
  "\x16\x03\x01",
  "\x80\x03",
  "220 mail",
  "\x00\x00",
  "\x01\x02",
] as const;

/** Gives the input to a session that accepts every stream, and sends what that provokes. @throws what the session ended with */
function inSession(wire: Wire, input: Uint8Array): Session {
  let failure: unknown;
  const receive = wire.receive.bind(wire);
  wire.receive = (chunk, sink) => {
    try {
      receive(chunk, sink);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const session = new Session(wire, STILL);
  session.listen(() => ({ accept: true, headers: { reply: "yes" } }));
  session.receive(PREFACE);
  session.produce(LARGEST_INPUT);
  session.receive(input.subarray(0, input.byteLength >> 1));
  session.produce(LARGEST_INPUT);
  session.receive(input.subarray(input.byteLength >> 1));
  session.produce(LARGEST_INPUT);
  if (failure !== undefined) throw failure;
  return session;
}

/** A host of sessions for which no time passes. */
const STILL: SessionHost = {
  now: () => 0,
  random: () => 0.5,
  wake: nothing,
  wakeLater: nothing,
  readOn: nothing,
  end: nothing,
};

/** A few frames: mostly of a type that exists, of a length and for a stream that it may have; now and then anything. */
function frames(random: Random, into: Uint8Array): number {
  let at = 0;
  for (let n = 1 + random.below(4); n > 0; n -= 1) {
    const kind = random.chance(0.9) ? random.pick(KINDS) : random.below(256);
    const length = random.chance(0.9) ? usualLength(random, kind) : random.next() & 0xffffff;
    const id = random.chance(0.9) ? (kind < 0x40 ? 1 + 2 * random.below(3) : 0) : random.next();
    into.set([length >>> 16, length >>> 8, length, kind, id >>> 24, id >>> 16, id >>> 8, id], at);
    at += 8;
    const body = Math.min(length, 64);
    noise(random, into.subarray(at, at + body));
    at += body;
  }
  return random.chance(0.9) ? at : random.below(at);
}

function usualLength(random: Random, kind: number): number {
  if (kind < 0x10 || kind >= 0x70) return random.below(40);
  return kind < 0x60 ? 4 : 8 + random.below(10);
}

/** Types and flags of the native wire. */
const KINDS = [0, 1, 2, 3, 4, 6, 7, 10, 15, 0x10, 0x11, 0x12, 0x20, 0x30, 0x40, 0x41, 0x50, 0x60, 0x61, 0x70] as const;

function headerBlock(random: Random, into: Uint8Array): number {
  let at = 0;
  for (let n = random.below(5); n > 0; n -= 1) {
    const name = random.below(12);
    const value = random.below(20);
    into.set([name, 0, value], at);
    for (let i = 0; i < name + value; i += 1)
      into[at + 3 + i] = random.chance(0.97) ? 97 + random.below(26) : random.below(256);
    at += 3 + name + value;
  }
  for (let n = random.below(3); n > 0 && at > 0; n -= 1) into[random.below(at)] = random.below(256);
  return random.chance(0.8) ? at : random.below(at + 1);
}

function prefaceOf(wire: Wire): Uint8Array {
  const out = new Output();
  wire.start(out);
  return Buffer.concat(out.take());
}
