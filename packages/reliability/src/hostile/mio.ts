// mio for hostile peers, as towards the original: frames built by hand, so that what is tested is not what tests.

import { mio } from "mux-mio";
import { concat, latin1, u32 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf } from "./faults.js";

const HEADER = 8;
const [DATA, RESET, CREDIT, OPEN, END, EXTENSION] = [0x01, 0x04, 0x09, 0x0c, 0x11, 0x18] as const;
const [INTERNAL, TRANSPORT_CREDIT, MOST] = [1, 0x08, 0xffffff] as const;
const WINDOW = 131_072;

/** @param size of what follows, or what the header says instead of it */
function frame(flags: number, id: number, size: number): Uint8Array {
  return concat(u32(id), u32(size).subarray(1), Uint8Array.of(flags));
}

const data = (id: number, payload: Uint8Array): Uint8Array => concat(frame(DATA, id, payload.byteLength), payload);
const open = (id: number, payload?: Uint8Array): Uint8Array =>
  concat(frame(OPEN, id, WINDOW), payload === undefined ? latin1("") : data(id, payload));
const end = (id: number): Uint8Array => frame(END, id, 0);
const reset = (id: number): Uint8Array => frame(RESET, id, INTERNAL);
const nothing = frame(TRANSPORT_CREDIT, 0, 0);

function credit(id: number, bytes: number): Uint8Array {
  if (bytes <= MOST) return frame(CREDIT, id, bytes);
  return concat(frame(CREDIT, id, MOST), credit(id, bytes - MOST));
}

const full = new Uint8Array(WINDOW);
const x = latin1("x");

const FAULTS: readonly Fault[] = [
  ...faultsOf("4", "ERR_FLOW_CONTROL", [
    ["announces a data frame of 2^24-1 bytes", concat(open(2), frame(DATA, 2, MOST))],
    ["announces a last data frame of 2^24-1 bytes", concat(open(2), frame(END, 2, MOST))],
  ]),
  ...faultsOf("4", "ERR_PROTOCOL", [
    ["announces an extension frame of 2^24-1 bytes", concat(nothing, frame(EXTENSION, 2, MOST))],
  ]),
  ...faultsOf("5", "ERR_PROTOCOL", [
    ["opens stream 0", open(0)],
    ["sends data on stream 0", concat(nothing, data(0, x))],
    ["gives credit to stream 0", concat(nothing, credit(0, 1))],
    ["sends flags that mean nothing", concat(nothing, frame(0x05, 2, 0))],
    ["sends an extension frame without having sent the sign", concat(nothing, frame(EXTENSION, 2, 1), x)],
    ["sends an empty extension frame", concat(nothing, frame(EXTENSION, 2, 0))],
  ]),
  ...faultsOf("5", "ERR_WRONG_PROTOCOL", [
    ["speaks HTTP", latin1("GET / HTTP/1.1\r\n")],
    ["sets reserved bits from the start", frame(OPEN | 0x20, 2, WINDOW)],
    ["begins with data", data(2, x)],
  ]),
  ...faultsOf("12", "ERR_FLOW_CONTROL", [["sends a byte more than the window", concat(open(2, full), data(2, x))]]),
  ...faultsOf("20", "ERR_PROTOCOL", [
    ["sends data on an id that was never opened", concat(nothing, data(2, x))],
    ["ends an id that was never opened", concat(nothing, end(7))],
    ["gives credit to an id that was never opened", concat(nothing, credit(7, 10))],
    ["resets an id that was never opened", concat(nothing, reset(7))],
  ]),
  ...faultsOf("21", "ERR_PROTOCOL", [
    ["opens an id twice", concat(open(2), open(2))],
    ["opens an id again whose end was not answered", concat(open(2), end(2), open(2))],
  ]),
];

export const mioCodec: HostileCodec = {
  name: "mio",
  cannot: {
    "6": "a frame has one size, which row 4 is about, and no count in it",
    "7": "mio has no headers",
    "8": "mio has no headers",
    "10": "mio has no settings",
    "15": "the original sends on, in frames of any size, until its window of 16 MiB is empty: they are dropped and not counted",
    "16": "mio has no pings, and windows do not grow",
    "26": "the original counts on from whatever came last and begins again behind it: any id that is not in use may come",
    "31": "mio has no pings",
    "33": "mio begins with nothing: a peer that says nothing may be one that has nothing to say",
  },
  mux: (options) =>
    mio({
      peer: "stock",
      windowSizeLimit: WINDOW,
      readBufferLimit: 65_536,
      idStrategy: "stock",
      closeDelay: 0,
      ...options,
    }),
  ids: { client: { first: 2, last: 0x7fffffff }, server: { first: 2, last: 0x7fffffff } },
  step: 2,
  anyOrder: true,
  bareOpening: true,
  noPing: true,
  resetIsEnd: true,
  leastWindow: WINDOW,
  mostCredit: 0x7fffffff,
  afterEnd: undefined,
  whenClosed: "ERR_TRANSPORT_LOST",
  faults: FAULTS,
  preface: () => new Uint8Array(0),
  open,
  // With room for all that the scripts write: nothing could announce it before.
  accept: (id: number): Uint8Array => credit(id, 1 << 20),
  data,
  end,
  reset,
  // There is nothing that asks for a reset: its own gives the stream up as well.
  provokeReset: reset,
  credit,
  ping: () => nothing,
  pong: () => nothing,
  reader,
  closeCode: (): undefined => undefined,
};

function reader(): (chunk: Uint8Array) => Seen[] {
  return cutting(HEADER, (held, at) => (hasBody(held.readUInt8(at + 7)) ? held.readUIntBE(at + 4, 3) : 0), read);
}

const hasBody = (flags: number): boolean => flags === DATA || flags === END;

function read(whole: Buffer): Seen[] {
  const [id, value, flags] = [whole.readUInt32BE(0), whole.readUIntBE(4, 3), whole.readUInt8(7)];
  if (flags === CREDIT) return [{ kind: "credit", id, value, end: false }];
  if (!hasBody(flags)) return [{ kind: "other", id, value, end: false }];
  const data: Seen = { kind: "data", id, value, end: flags === END };
  // An end without data is a refusal, too: nobody can tell them apart.
  return value === 0 ? [data, { kind: "refuse", id, value, end: true }] : [data];
}
