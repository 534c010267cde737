// For those who write wires, transports and wrappers: the pieces that all of ours are made of.

export { onAbort, raceAbort } from "./abort.js";
export { AcceptQueue } from "./accept-queue.js";
export { Acceptor, type Inbound } from "./acceptor.js";
export { afterTick, afterTurn } from "./after-tick.js";
export { Bucket } from "./bucket.js";
export { ByteQueue } from "./byte-queue.js";
export {
  checkHeaders,
  decodeHeaders,
  encodeHeaders,
  HEADER_LIMITS,
  type HeaderLimits,
  headersOf,
  toHeaders,
} from "./headers.js";
export { Inbox } from "./inbox.js";
export { accepted, chunks } from "./iterate.js";
export { milliseconds, oneOf, urlOf, wholeNumber, wholeNumberOrFalse } from "./options.js";
export { Outcome } from "./outcome.js";
export { broken, byPeer } from "./peer-faults.js";
export { END, handled, READY, rejected } from "./ready.js";
export { retryable } from "./retryable.js";
export { type ServerHooks, ServerQueue } from "./server-queue.js";
export { copyOf } from "./slab.js";
export { seemsToSpeak } from "./sniff.js";
export { printable, printableUrl } from "./text.js";
export { WaitingWrites } from "./waiting-writes.js";
export { hasBytes, writeNothing } from "./write-nothing.js";
