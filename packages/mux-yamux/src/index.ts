// yamux for Streams: `yamux()` makes a mux of it.

import type { CodecOptions, MakeCodec, Role, SessionOptions, Wire } from "mux-engine";
import { bilingualMux, bilingualWire, limitsOf } from "mux-engine";
import type { Mux } from "streams-core";
import { wholeNumber } from "streams-core/kit";
import { YamuxCodec } from "./codec.js";
import { FIRST_WINDOW } from "./layout.js";

/** What the streams of a yamux session are: beyond the contract, they can `stopReading`. */
export { EngineStream as YamuxStream } from "mux-engine";

export interface YamuxOptions extends SessionOptions, CodecOptions {
  /**
   * AcceptBacklog: streams of the peer that may wait for a listener, its handler or `accept`; more are refused. As in the originals also
   * the streams of ours that may wait for the peer to accept them; further ones open when it has. Default 256.
   */
  readonly acceptBacklog?: number;
  /** MaxStreamWindowSize of hashicorp, InitialStreamWindowSize of libp2p: bytes a stream may receive unread at first. Default, and least, 262,144. */
  readonly initialWindow?: number;
  /**
   * Whether `shutdown` tells a stock peer with a GO_AWAY that it should open nothing more. hashicorp/yamux lets its streams finish then;
   * go-yamux and the JavaScript ones drop the session, and all that is on it. Default false: what they still open is refused.
   */
  readonly graceful?: boolean;
}

const MiB = 1024 * 1024;

/** A mux that speaks yamux, to the originals and to its own kind. @throws ERR_OPTION_INVALID */
export function yamux(options: YamuxOptions = {}): Mux {
  const own = defaults(options);
  return bilingualMux(codecs(own), own);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function yamuxWire(options: YamuxOptions = {}): (role: Role) => Wire {
  const own = defaults(options);
  return bilingualWire(codecs(own), own);
}

function defaults(options: YamuxOptions): YamuxOptions {
  const initialWindow = wholeNumber("initialWindow", options.initialWindow, FIRST_WINDOW, {
    min: FIRST_WINDOW,
    max: 16 * MiB,
  });
  return { ...options, initialWindow, acceptBacklog: wholeNumber("acceptBacklog", options.acceptBacklog, 256) };
}

function codecs(options: YamuxOptions): MakeCodec {
  const { maxWindow, acceptBacklog } = limitsOf(options);
  const tuning = { maxWindow, acceptBacklog, graceful: options.graceful ?? false };
  return (role) => new YamuxCodec(role, tuning);
}
