// A peer of mio that says whatever a test wants.

import { type MioOptions, mio } from "mux-mio";
import { RawPeerOf } from "../../../mux-engine/test/tools/raw-peer.js";
import { type Frame, parse } from "./frames.js";

export { errorOf, text, turn } from "../../../mux-engine/test/tools/raw-peer.js";

export interface PeerOptions extends MioOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
}

/** As to the original, unless the options say otherwise. */
export class RawPeer extends RawPeerOf<Frame> {
  constructor({ role = "server", ...options }: PeerOptions = {}) {
    super(mio({ peer: "stock", closeDelay: 1, ...options }), role, parse);
  }

  /** What came with the given flags, as lines of flags, id and size. */
  get said(): string[] {
    return this.frames.map(({ flags, id, size }) => `${flags.toString(16).padStart(2, "0")} ${id} ${size}`);
  }

  /** What came since this was last asked. */
  heard(): string[] {
    const lines = this.said;
    this.frames = [];
    return lines;
  }
}
