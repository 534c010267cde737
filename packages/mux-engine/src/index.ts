// For those who write framed wires: the session engine, and what a wire has to provide.

export { readU16, readU24, readU32, writeU16, writeU24, writeU32 } from "./big-endian.js";
export { type BilingualOptions, bilingualMux, bilingualWire } from "./bilingual.js";
export { type Codec, type CodecOptions, type CodecSink, MAX_EXTENSION, type MakeCodec } from "./codec.js";
export { engineMux } from "./drive.js";
export { ForwardingSink } from "./forwarding-sink.js";
export { Framer, type Syntax } from "./framer.js";
export { gappedIds, type IdRange, parityIds } from "./ids.js";
export { readU16le, readU32le, writeU16le, writeU32le } from "./little-endian.js";
export { type Limits, limitsOf, type SessionOptions } from "./options.js";
export { Output } from "./output.js";
export type { Policy } from "./policy.js";
export { Session } from "./session.js";
export type { Farewell, SessionHost } from "./session-host.js";
export { EngineStream } from "./stream.js";
export {
  ACK,
  FIN,
  type Ids,
  type PeerParameters,
  type Role,
  type SessionEnd,
  type Sink,
  SYN,
  type Wire,
} from "./wire.js";
