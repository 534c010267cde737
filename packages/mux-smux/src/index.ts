// smux, as xtaci/smux speaks it: `smux()` makes a mux of it.

import {
  bilingualMux,
  bilingualWire,
  type CodecOptions,
  type MakeCodec,
  type Policy,
  type Role,
  type SessionOptions,
  type Wire,
} from "mux-engine";
import { type Mux, StreamsError } from "streams-core";
import { milliseconds, wholeNumber } from "streams-core/kit";
import { SmuxCodec } from "./codec.js";
import type { SmuxVersion } from "./layout.js";

/** What the streams of a session are: beyond the contract, they can `stopReading`. */
export { EngineStream as SmuxStream } from "mux-engine";
export type { SmuxVersion };

/** Milliseconds, or none. */
const DELAY = { min: 0, max: 60_000 };

export interface SmuxOptions extends SessionOptions, CodecOptions {
  /** The version of the wire, which both ends must be given: 2 has a window for each stream. The original's Version. Default 1. */
  readonly version?: SmuxVersion;
  /** Milliseconds between two NOPs, without which the original ends the session. Its KeepAliveInterval. Default 10,000. */
  readonly nopInterval?: number;
  /** Version 1: bytes that all streams together may hold unread before the transport is not read. Its MaxReceiveBuffer. Default 4 MiB. */
  readonly maxReceiveBuffer?: number;
  /** Whether the original goes on sending after our end, as it does from 1.5.54 on. If not, our end waits for its end. Default true. */
  readonly halfClose?: boolean;
  /** Milliseconds that our end waits when the original's came first: it drops what was not read by then. 0 for none. Default 50. */
  readonly finLinger?: number;
  /** Milliseconds before our first word on a stream that the original opened and is silent on: it could miss it. 0 for none. Default 25. */
  readonly acceptWriteDelay?: number;
}

/** A mux that speaks smux. @throws ERR_OPTION_INVALID */
export function smux(options: SmuxOptions = {}): Mux {
  return bilingualMux(codecOf(options), options);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function smuxWire(options: SmuxOptions = {}): (role: Role) => Wire {
  return bilingualWire(codecOf(options), options);
}

function codecOf({ version = 1, ...options }: SmuxOptions): MakeCodec {
  if (version !== 1 && version !== 2) {
    throw new StreamsError("ERR_OPTION_INVALID", `Option version must be 1 or 2, not ${String(version)}.`);
  }
  const policy = policyOf(version, options);
  return (role) => new SmuxCodec(role, version, policy);
}

function policyOf(version: SmuxVersion, o: SmuxOptions): Policy {
  const sessionWindow = wholeNumber("maxReceiveBuffer", o.maxReceiveBuffer, 4 * 1024 * 1024);
  const firstWriteDelay = wholeNumber("acceptWriteDelay", o.acceptWriteDelay, 25, DELAY);
  const lastEndDelay = wholeNumber("finLinger", o.finLinger, 50, DELAY);
  return {
    endApart: true,
    silentAccept: true,
    laxEnd: true,
    resetIsEnd: true,
    endAfterPeer: o.halfClose === false,
    beaconInterval: milliseconds("nopInterval", o.nopInterval, 10_000),
    ...(firstWriteDelay > 0 ? { firstWriteDelay } : {}),
    ...(lastEndDelay > 0 ? { lastEndDelay } : {}),
    ...(version === 1 ? { sessionWindow } : {}),
  };
}
