// The wires that are simulated, by name. A framed wire is one line here.

import type { Role, SessionOptions, Wire } from "mux-engine";
import { nativeWire } from "mux-native";

/** A wire for a role, of a session with these options. */
export type WireFactory = (role: Role, options: SessionOptions) => Wire;

export const WIRES: Readonly<Record<string, WireFactory>> = {
  native: (role, options) => nativeWire(options)(role),
};
