// A peer of yamux that says whatever a test wants.

import { type YamuxOptions, yamux } from "mux-yamux";
import { RawPeerOf } from "../../../mux-engine/test/tools/raw-peer.js";
import { type Frame, parse } from "./frames.js";

export { errorOf, text, turn } from "../../../mux-engine/test/tools/raw-peer.js";

export interface PeerOptions extends YamuxOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
}

export class RawPeer extends RawPeerOf<Frame> {
  /** Its session takes the peer for an original, unless the test says otherwise. */
  constructor({ role = "server", peer = "stock", ...options }: PeerOptions = {}) {
    super(yamux({ peer, ...options }), role, parse);
  }

  /** What came of the given type, the first pings that measure the round trip left out. */
  of(type: number, flags?: number): Frame[] {
    return this.frames.filter((frame) => frame.type === type && (flags === undefined || frame.flags === flags));
  }

  /** Type, flags, stream and length of what came, without pings. */
  get said(): string[] {
    const shown = this.frames.filter(({ type }) => type !== 2);
    return shown.map(({ type, flags, id, length }) => [type, flags, id, length].join(" "));
  }
}
