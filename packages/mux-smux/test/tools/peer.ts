// A peer of smux that says whatever a test wants, in place of the original.

import { type SmuxOptions, smux } from "mux-smux";
import { RawPeerOf } from "../../../mux-engine/test/tools/raw-peer.js";
import { type Frame, type Frames, framesOf, parse, shown } from "./frames.js";

export { errorOf, text, turn } from "../../../mux-engine/test/tools/raw-peer.js";

export interface PeerOptions extends SmuxOptions {
  /** The role of the session under test. Default: server. */
  readonly role?: "client" | "server";
}

export class RawPeer extends RawPeerOf<Frame> {
  /** To speak with, in the session's version. */
  readonly say: Frames;

  constructor({ role = "server", ...options }: PeerOptions = {}) {
    super(smux(options), role, parse);
    this.say = framesOf(options.version ?? 1);
  }

  /** What came, in a few words a frame. */
  get seen(): string[] {
    return this.frames.map(shown);
  }

  /** Bytes of data that came on the stream. */
  bytesOn(id: number): number {
    return this.frames.reduce((sum, f) => (f.command === 2 && f.id === id ? sum + f.body.byteLength : sum), 0);
  }
}
