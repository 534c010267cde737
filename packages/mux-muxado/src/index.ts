// muxado 2 for Streams: `muxado()` makes a mux of it.

import { type BilingualOptions, bilingualMux, bilingualWire, type MakeCodec, type Role, type Wire } from "mux-engine";
import { type Mux, StreamsError } from "streams-core";
import { milliseconds, wholeNumber } from "streams-core/kit";
import { beating, type OnBeat } from "./beating.js";
import { MuxadoCodec } from "./codec.js";
import { TypedCodec } from "./typed.js";

/** What the streams of a session are: beyond the contract, they can `stopReading`. */
export { EngineStream as MuxadoStream } from "mux-engine";
export type { OnBeat } from "./beating.js";

export interface HeartbeatOptions {
  /** Milliseconds between two beats; the original's `Interval`. Default 10,000. */
  readonly interval?: number;
  /** Milliseconds after which a beat without an answer counts as missed; the original's `Tolerance`. Default 15,000. */
  readonly tolerance?: number;
  /** The type of the streams that carry them; the original's `Type`. Default 0xFFFFFFFF. */
  readonly type?: number;
  /** Told of every beat, as the callback of the original's `NewHeartbeat` is. */
  readonly onBeat?: OnBeat;
}

export interface MuxadoOptions extends BilingualOptions {
  /**
   * Bytes that each end may send on a new stream. The wire does not say it: it must be what the peer has, the original's `MaxWindowSize`.
   * Default 262,144; 16,384 to 16 MiB.
   */
  readonly maxWindowSize?: number;
  /**
   * Whether streams have types, as the original's `NewTypedStreamSession` gives them: the header `muxado-type` of a new stream, a
   * number from 0 to 4294967295. Default false, or true with `heartbeat`, which needs it.
   */
  readonly typed?: boolean;
  /** Beats as the original's `NewHeartbeat` does. The peer must answer them, as it does with `typed` or with its own heartbeat. Default none. */
  readonly heartbeat?: HeartbeatOptions;
}

const DEFAULT_WINDOW = 262_144;
const DEFAULT_TYPE = 0xffffffff;

/** A mux that speaks muxado 2. @throws ERR_OPTION_INVALID */
export function muxado(options: MuxadoOptions = {}): Mux {
  const mux = bilingualMux(codecOf(options), options);
  const { heartbeat } = options;
  if (heartbeat === undefined) return mux;
  const interval = milliseconds("heartbeat.interval", heartbeat.interval, 10_000);
  const tolerance = milliseconds("heartbeat.tolerance", heartbeat.tolerance, 15_000);
  return beating(mux, interval, tolerance, heartbeat.onBeat);
}

/** The wire alone, for those who drive its sessions themselves: simulators, tests. @throws ERR_OPTION_INVALID */
export function muxadoWire(options: MuxadoOptions = {}): (role: Role) => Wire {
  return bilingualWire(codecOf(options), options);
}

function codecOf({
  peer = "auto",
  maxWindowSize,
  heartbeat,
  typed = heartbeat !== undefined,
}: MuxadoOptions): MakeCodec {
  const window = wholeNumber("maxWindowSize", maxWindowSize, DEFAULT_WINDOW, { min: 16 * 1024, max: 16 * 1024 * 1024 });
  if (heartbeat !== undefined && !typed) {
    throw new StreamsError(
      "ERR_OPTION_INVALID",
      "Option typed must not be false with heartbeat: beats are typed streams.",
    );
  }
  const type = wholeNumber("heartbeat.type", heartbeat?.type, DEFAULT_TYPE, { min: 0, max: 0xffffffff });
  return (role) => {
    const codec = new MuxadoCodec(role, peer !== "stock", window);
    return typed ? new TypedCodec(codec, { heartbeat: type, beats: heartbeat !== undefined, peer }) : codec;
  };
}
