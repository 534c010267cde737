// muxado 1 for Streams: `muxado1()` makes a mux of it.

import { type BilingualOptions, bilingualMux, bilingualWire, type MakeCodec, type Role, type Wire } from "mux-engine";
import type { Mux } from "streams-core";
import { Muxado1Codec } from "./codec.js";

/** What the streams of a session are: beyond the contract, they can `stopReading`. */
export { EngineStream as Muxado1Stream } from "mux-engine";

export type Muxado1Options = BilingualOptions;

/** A mux that speaks muxado 1. @throws ERR_OPTION_INVALID */
export function muxado1(options: Muxado1Options = {}): Mux {
  return bilingualMux(codecOf(options), options);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function muxado1Wire(options: Muxado1Options = {}): (role: Role) => Wire {
  return bilingualWire(codecOf(options), options);
}

function codecOf({ peer }: Muxado1Options): MakeCodec {
  return (role) => new Muxado1Codec(role, peer !== "stock");
}
