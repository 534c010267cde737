// The package's public face: the contract, its errors, and what puts muxes and transports together.

export { nest, type OverOptions, over } from "./backend.js";
export { type Backends, connect, type Loader, type Part, serve } from "./connect.js";
export type {
  Backend,
  CloseInfo,
  Conn,
  Decision,
  Features,
  HeaderInit,
  Listener,
  Mux,
  NewStreamOptions,
  OpOptions,
  Priority,
  Server,
  SessionStats,
  Stream,
  StreamHandler,
  StreamProvider,
  StreamStats,
  Transport,
  Waiting,
  Wrapper,
} from "./contract.js";
export { type ErrorCode, isStreamsError, StreamsError, type StreamsErrorDetails } from "./errors.js";
export { ForwardingListener, ForwardingProvider, ForwardingStream } from "./forwarding.js";
export { type MemoryOptions, memory, memoryPair } from "./memory.js";
export { type TokenOptions, withToken } from "./token.js";
