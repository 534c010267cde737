// The native wire of Streams: `native()` makes a mux of it.

import { engineMux, limitsOf, type Role, type SessionOptions, type Wire } from "mux-engine";
import type { Mux } from "streams-core";
import { NativeWire } from "./wire.js";

/** What the streams of a native session are: beyond the contract, they can `stopReading`. */
export { EngineStream as NativeStream } from "mux-engine";

export type NativeOptions = SessionOptions;

/** A mux that speaks PROTOCOL.md. @throws ERR_OPTION_INVALID */
export function native(options: NativeOptions = {}): Mux {
  return engineMux(nativeWire(options), options);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function nativeWire(options: NativeOptions = {}): (role: Role) => Wire {
  const { initialWindow, maxFrame } = limitsOf(options);
  return (role) => new NativeWire(role, { window: initialWindow, maxFrame });
}
