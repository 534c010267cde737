// What the attackers send: well-formed frames of the native wire, and nothing but.

import { concat, latin1, times } from "../hostile/bytes.js";
import { nativeCodec as wire } from "../hostile/native.js";

export interface Flood {
  readonly name: string;
  /** Whether the server attacked takes streams, and echoes them. */
  readonly listens: boolean;
  /** What a connection begins with. */
  readonly begin: Uint8Array;
  /**
   * Builds what follows, beforehand, so that the attacker is as fast as it can be: one after the other, and again, until the server
   * hangs up. Nothing: the next connection is made instead.
   */
  batches(): readonly Uint8Array[];
}

const EMPTY = new Uint8Array(0);
const BYTE = latin1("x");
const preface = wire.preface("client");
/** Frames in a batch: some 60 KiB, as much as a socket gives at a time. */
const BATCH = 5000;
/** A stream may send as much before it gets credit. */
const WINDOW = 60_000;

export const FLOODS: readonly Flood[] = [
  flood("open-reset", { batches: () => onNewStreams(BATCH, 4, (id) => concat(wire.open(id), wire.reset(id))) }),
  flood("pings", { batches: () => [times(BATCH, () => wire.ping(7))] }),
  flood("empty data frames", {
    begin: concat(preface, wire.open(1)),
    batches: () => [times(BATCH, () => wire.data(1, EMPTY))],
  }),
  flood("zero credits", {
    begin: concat(preface, wire.open(1)),
    batches: () => [times(BATCH, () => wire.credit(1, 0))],
  }),
  flood("opens nobody accepts", { listens: false, batches: () => onNewStreams(BATCH, 50, (id) => wire.open(id)) }),
  flood("one-byte frames", { batches: () => onNewStreams(1, 6, oneByteFrames) }),
  flood("half-open handshakes", { begin: preface.subarray(0, 12) }),
];

/** @throws an Error that names those there are */
export function floodNamed(name: string): Flood {
  const found = FLOODS.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`There is no flood "${name}"; there are ${FLOODS.map((one) => one.name).join(", ")}.`);
  return found;
}

function flood(name: string, rest: Partial<Flood>): Flood {
  return { name, listens: true, begin: preface, batches: () => [], ...rest };
}

/** Frames that name a new stream each. */
function onNewStreams(batch: number, batches: number, frames: (id: number) => Uint8Array): Uint8Array[] {
  const idOf = (nth: number): number => wire.ids.client.first + wire.step * nth;
  return Array.from({ length: batches }, (_, b) => times(batch, (i) => frames(idOf(b * batch + i))));
}

/** A stream whose bytes come one at a time. */
function oneByteFrames(id: number): Uint8Array {
  return concat(
    wire.open(id),
    times(WINDOW, () => wire.data(id, BYTE)),
    wire.end(id),
  );
}
