// muxado 2 for hostile peers, as towards its original: frames built by hand, so that what is tested is not what tests.

import { muxado } from "mux-muxado";
import type { ErrorCode } from "streams-core";
import { concat, latin1, u32 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf, firstFaultsOf } from "./faults.js";

const HEADER = 8;
const [RST, DATA, WNDINC, GOAWAY, UNKNOWN] = [0, 1, 2, 3, 15] as const;
const [FIN, SYN] = [1, 2] as const;
const [CANCELLED, REFUSED] = [6, 5] as const;
const FIRST_WINDOW = 262_144;
const CODES: Partial<Record<ErrorCode, number>> = { ERR_PROTOCOL: 1, ERR_FLOW_CONTROL: 3, ERR_CALM: 10 };
const INTERNAL = 2;

/** @param length of what follows, or what the header says instead of it */
function head(type: number, flags: number, id: number, length: number): Uint8Array {
  return concat(u32(length * 256 + type * 16 + flags), u32(id));
}

const frame = (type: number, flags: number, id: number, body: Uint8Array): Uint8Array =>
  concat(head(type, flags, id, body.byteLength), body);
const data = (id: number, payload: Uint8Array, flags = 0): Uint8Array => frame(DATA, flags, id, payload);
const open = (id: number, payload: Uint8Array = latin1("")): Uint8Array => data(id, payload, SYN);
const end = (id: number): Uint8Array => data(id, latin1(""), FIN);
const reset = (id: number): Uint8Array => frame(RST, 0, id, u32(CANCELLED));
const credit = (id: number, bytes: number): Uint8Array => frame(WNDINC, 0, id, u32(bytes));
const nothing = head(UNKNOWN, 0, 0, 0);

const full = new Uint8Array(FIRST_WINDOW);
const x = latin1("x");

const FAULTS: readonly Fault[] = [
  ...faultsOf("4", "ERR_FLOW_CONTROL", [
    ["announces a data frame of 2^24-1 bytes", concat(open(3), head(DATA, 0, 3, 0xffffff))],
    ["opens a stream with a data frame of 2^24-1 bytes", head(DATA, SYN, 3, 0xffffff)],
  ]),
  ...faultsOf("4", "ERR_PROTOCOL", [
    ["announces a reset of 2^24-1 bytes", concat(open(3), head(RST, 0, 3, 0xffffff))],
    ["announces a credit of 2^24-1 bytes", concat(open(3), head(WNDINC, 0, 3, 0xffffff))],
  ]),
  ...faultsOf("5", "ERR_PROTOCOL", [
    ["sends data on stream 0", concat(open(3), data(0, x))],
    ["resets stream 0", concat(open(3), reset(0))],
    ["gives credit to stream 0", concat(open(3), credit(0, 1))],
    ["goes away on a stream", concat(open(3), frame(GOAWAY, 0, 3, new Uint8Array(8)))],
    ["goes away in seven bytes", concat(open(3), frame(GOAWAY, 0, 0, new Uint8Array(7)))],
    ["sends a reset of three bytes", concat(open(3), frame(RST, 0, 3, new Uint8Array(3)))],
    ["sends an empty credit", concat(open(3), frame(WNDINC, 0, 3, new Uint8Array(0)))],
    ["has an id of 32 bits", concat(open(3), data(0x80000003, x))],
  ]),
  ...faultsOf("12", "ERR_FLOW_CONTROL", [["sends a byte more than the window", concat(open(3, full), data(3, x))]]),
  ...faultsOf("20", "ERR_PROTOCOL", [
    ["sends data on an id that was never opened", data(3, x)],
    ["sends data on an id of this end's that was never opened", data(2, x)],
    ["ends an id that was never opened", end(7)],
    ["gives credit to an id that was never opened", credit(7, 10)],
    ["resets an id that was never opened", reset(7)],
    ["opens an id of the other parity", open(2)],
    ["opens an id below the first", open(1)],
  ]),
  ...faultsOf("21", "ERR_PROTOCOL", [
    ["opens an id twice", concat(open(3), open(3))],
    ["opens an id again that a larger one had overtaken", concat(open(7), open(5), open(5))],
    ["opens an id again after its reset", concat(open(3), reset(3), open(3))],
  ]),
  ...faultsOf("26", "ERR_PROTOCOL", [["opens an id above the last", concat(open(3), open(0x80000001))]]),
  ...firstFaultsOf("5", "ERR_WRONG_PROTOCOL", [
    ["speaks HTTP", latin1("GET / HTTP/1.1\r\n")],
    ["speaks HTTP/2", latin1("PRI * HTTP/2.0\r\n")],
    ["speaks muxado 1", concat(Uint8Array.of(0, 8, 6, 1), u32(3), u32(0x7fffffff), u32(0xfffffeff))],
    ["speaks frames of an unknown type", head(UNKNOWN, 0, 3, 0)],
  ]),
];

export const muxadoCodec: HostileCodec = {
  name: "muxado",
  cannot: {
    "6": "a frame has one length, which row 4 is about, and no count in it",
    "7": "muxado has no headers",
    "8": "muxado has no headers",
    "10": "muxado has no settings",
    "16": "muxado has no pings, and without them windows do not grow",
    "31": "muxado has no pings: those of its heartbeat are shown by muxado 1, which has it always",
    "33": "muxado begins with nothing: a peer that says nothing may be one that has nothing to say",
  },
  mux: (options) => muxado({ peer: "stock", ...options }),
  ids: { client: { first: 3, last: 0x7fffffff }, server: { first: 2, last: 0x7ffffffe } },
  step: 2,
  anyOrder: true,
  noPing: true,
  leastWindow: FIRST_WINDOW,
  mostCredit: 0x7fffffff,
  afterEnd: undefined,
  faults: FAULTS,
  preface: () => new Uint8Array(0),
  open,
  // With room for all that the scripts write: nothing could announce it before.
  accept: (id: number): Uint8Array => credit(id, 1 << 20),
  data: (id: number, payload: Uint8Array): Uint8Array => data(id, payload),
  end,
  reset,
  // There is nothing that asks for a reset: its own gives the stream up as well.
  provokeReset: reset,
  credit,
  ping: () => nothing,
  pong: () => nothing,
  reader,
  closeCode: (error: ErrorCode): number | undefined =>
    error === "ERR_WRONG_PROTOCOL" ? undefined : (CODES[error] ?? INTERNAL),
};

function reader(): (chunk: Uint8Array) => Seen[] {
  return cutting(HEADER, (held, at) => held.readUIntBE(at, 3), read);
}

function read(whole: Buffer): Seen {
  const [type, flags, id] = [whole.readUInt8(3) >>> 4, whole.readUInt8(3) & 15, whole.readUInt32BE(4)];
  const length = whole.byteLength - HEADER;
  if (type === DATA) {
    const kind = length === 0 && (flags & FIN) === 0 ? "other" : "data";
    return { kind, id, value: length, end: (flags & FIN) !== 0 };
  }
  if (type > GOAWAY) return { kind: "other", id: 0, value: 0, end: false };
  const value = whole.readUInt32BE(type === GOAWAY ? HEADER + 4 : HEADER);
  if (type === WNDINC) return { kind: "credit", id, value, end: false };
  if (type === RST) return { kind: value === REFUSED ? "refuse" : "reset", id, value, end: true };
  return { kind: value === 0 && length === 8 ? "drain" : "close", id, value, end: true };
}
