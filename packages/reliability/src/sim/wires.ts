// The wires that are simulated, by name. A framed wire is one line here.

import type { Role, SessionOptions, Wire } from "mux-engine";
import { mioWire } from "mux-mio";
import { muxadoWire } from "mux-muxado";
import { muxado1Wire } from "mux-muxado/v1";
import { nativeWire } from "mux-native";
import { smuxWire } from "mux-smux";
import { spdyWire } from "mux-spdy";
import { yamuxWire } from "mux-yamux";

/** A wire for a role, of a session with these options. */
export type WireFactory = (role: Role, options: SessionOptions) => Wire;

export const WIRES: Readonly<Record<string, WireFactory>> = {
  native: (role, options) => nativeWire(options)(role),
  yamux: (role, options) => yamuxWire(withWindow(256 * KiB, options))(role),
  mio: (role, options) => mioWire(withWindow(128 * KiB, options))(role),
  smux: (role, options) => smuxWire({ version: 2, ...withWindow(256 * KiB, options) })(role),
  smux1: (role, options) => smuxWire(withWindow(64 * KiB, options))(role),
  spdy: (role, options) => spdyWire(withWindow(64 * KiB, options))(role),
  muxado: (role, options) => muxadoWire(withWindow(256 * KiB, options))(role),
  muxado1: (role, options) => muxado1Wire(withWindow(64 * KiB, options))(role),
};

const KiB = 1024;

/** For wires of others, whose streams have a window of their own whatever the options say. */
function withWindow(
  initialWindow: number,
  { maxWindow = initialWindow, ...options }: SessionOptions,
): SessionOptions & { readonly signTimeout: number } {
  // A link that falls silent at once must not make an original of the peer.
  return {
    ...options,
    initialWindow,
    maxWindow: Math.max(maxWindow, initialWindow),
    signTimeout: Number.POSITIVE_INFINITY,
  };
}
