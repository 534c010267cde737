// Rows for which a wire has no guard of ours that could be taken out, and why.

import { whyNot } from "../table/not-applicable.js";

/** The framed wires of others have their guards in the engine, where the native wire's are. */
export const WIRES = ["native", "http2", "ssh"] as const;

const NGHTTP2 = "nghttp2, below node:http2, has the guard: it knows windows, credit, ids and states of streams.";
const FRAMES = "node:http2 cuts the bytes into frames: mux-http2 sees none of it.";

const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  http2: {
    "3": FRAMES,
    "12": NGHTTP2,
    "13": NGHTTP2,
    "15": NGHTTP2,
    "21": NGHTTP2,
    "23": NGHTTP2,
    "24": NGHTTP2,
    "38b": NGHTTP2,
  },
  ssh: {
    "9": "ssh2 decrypts each message into a buffer of its own: a small one holds no large one.",
    "13": "ssh2 adds increments up, zero or not, and tells nobody of them.",
    "14": "ssh2 hands on a message without data as nothing at all.",
  },
};

/** Undefined if there should be a guard of ours. */
export function guardedElsewhere(row: string, wire: string): string | undefined {
  return ELSEWHERE[wire]?.[row] ?? whyNot(row, [wire]);
}
