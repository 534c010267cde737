// SPDY/3.1 for Streams: `spdy()` makes a mux of it.

import {
  bilingualWire,
  type CodecOptions,
  engineMux,
  type MakeCodec,
  type Role,
  type SessionOptions,
  type Wire,
} from "mux-engine";
import type { Mux } from "streams-core";
import { oneOf, wholeNumber } from "streams-core/kit";
import { SpdyCodec } from "./codec.js";

/** What the streams of a SPDY session are: beyond the contract, they can `stopReading`. */
export { EngineStream as SpdyStream } from "mux-engine";

export interface SpdyOptions extends SessionOptions, CodecOptions {
  /**
   * Whether an original has windows. "none" is moby/spdystream, and with it docker and Kubernetes, which neither opens nor heeds any:
   * what is sent waits for the transport only. "spdy31" is the protocol as its draft has it: 65,536 bytes for each stream and for all
   * together, as `spdy-transport` of npm. Between our own ends every stream has a window in either case. Default "none".
   */
  readonly flowControl?: "none" | "spdy31";
  /**
   * With "none", towards an original: bytes that all streams together may hold unread. With more the connection is not read, and all
   * streams wait for whoever does not read. spdystream has no such limit. Default 4 MiB.
   */
  readonly maxBufferedBytes?: number;
  /**
   * How an original learns that its stream is refused. "reply": SYN_REPLY with its end and the headers of the refusal, then RST_STREAM,
   * which every spdystream survives. "reset": RST_STREAM alone, for originals that wait for the answer to each opening, as Kubernetes
   * does, and then tell that it was a refusal. Default "reply".
   */
  readonly refusal?: "reply" | "reset";
  /** Milliseconds without a word of the peer after which "auto" takes it for the original. Default 5,000. */
  readonly signTimeout?: number;
}

const FLOW_CONTROLS = ["none", "spdy31"] as const;
const REFUSALS = ["reply", "reset"] as const;

/** A mux that speaks SPDY/3.1, to the originals and to its own kind. @throws ERR_OPTION_INVALID */
export function spdy(options: SpdyOptions = {}): Mux {
  return engineMux(spdyWire(options), options);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function spdyWire(options: SpdyOptions = {}): (role: Role) => Wire {
  return bilingualWire(codecOf(options), options);
}

function codecOf(options: SpdyOptions): MakeCodec {
  const tuning = {
    flowControl: oneOf("flowControl", options.flowControl, "none", FLOW_CONTROLS),
    maxBufferedBytes: wholeNumber("maxBufferedBytes", options.maxBufferedBytes, 4 * 1024 * 1024),
    refusal: oneOf("refusal", options.refusal, "reply", REFUSALS),
    peer: options.peer ?? "auto",
  };
  return (role) => new SpdyCodec(role, tuning);
}
