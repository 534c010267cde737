// For those who write framed wires: the session engine, and what a wire has to provide.

export { readU16, readU24, readU32, writeU16, writeU24, writeU32 } from "./big-endian.js";
export { engineMux } from "./drive.js";
export { Framer, type Syntax } from "./framer.js";
export { type Limits, limitsOf, type SessionOptions } from "./options.js";
export { Output } from "./output.js";
export { Session } from "./session.js";
export type { SessionHost } from "./session-host.js";
export { EngineStream } from "./stream.js";
export {
  FIN,
  type Ids,
  type PeerParameters,
  type Role,
  type SessionEnd,
  type Sink,
  SYN,
  type Wire,
} from "./wire.js";
