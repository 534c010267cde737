// muxado 1 for hostile peers, as towards its original: frames built by hand, so that what is tested is not what tests.

import type { Role } from "mux-engine";
import { muxado1 } from "mux-muxado/v1";
import type { ErrorCode } from "streams-core";
import { concat, latin1, u16, u32 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf, firstFaultsOf } from "./faults.js";

const HEADER = 8;
const [SYN, RST, DATA, WNDINC, PRI, GOAWAY] = [1, 2, 3, 4, 5, 6] as const;
const [FIN, PRIORITY, TYPE] = [1, 2, 4] as const;
const [REFUSED, CANCEL] = [6, 7] as const;
const FIRST_WINDOW = 65_536;
const MOST_PAYLOAD = 16_383;
const CODES: Partial<Record<ErrorCode, number>> = { ERR_PROTOCOL: 1, ERR_FLOW_CONTROL: 3 };
const INTERNAL = 2;
/** The streams that carry heartbeats, by who opened them. */
const HEARTBEAT: Readonly<Record<Role, number>> = { client: 3, server: 2 };
/** Stand for the heartbeat of whoever sends a frame, and for that of the other end, until somebody says it. */
const [OWN_HEARTBEAT, OTHER_HEARTBEAT] = [0x7ffffff0, 0x7ffffff2] as const;

/** @param length of what follows, or what the header says instead of it */
const head = (type: number, flags: number, id: number, length: number): Uint8Array =>
  concat(u16(length), Uint8Array.of(flags, type), u32(id));

const frame = (type: number, flags: number, id: number, body: Uint8Array): Uint8Array =>
  concat(head(type, flags, id, body.byteLength), body);

function data(id: number, payload: Uint8Array): Uint8Array {
  const first = frame(DATA, 0, id, payload.subarray(0, MOST_PAYLOAD));
  return payload.byteLength <= MOST_PAYLOAD ? first : concat(first, data(id, payload.subarray(MOST_PAYLOAD)));
}

const open = (id: number, payload?: Uint8Array): Uint8Array =>
  concat(head(SYN, 0, id, 0), payload === undefined ? latin1("") : data(id, payload));
const end = (id: number): Uint8Array => head(DATA, FIN, id, 0);
const reset = (id: number): Uint8Array => frame(RST, 0, id, u32(CANCEL));
const credit = (id: number, bytes: number): Uint8Array => frame(WNDINC, 0, id, u32(bytes));
const heartbeat = (id: number): Uint8Array => frame(SYN, PRIORITY | TYPE, id, concat(u32(0x7fffffff), u32(0xfffffeff)));

const full = new Uint8Array(FIRST_WINDOW);
const x = latin1("x");

const FAULTS: readonly Fault[] = [
  ...faultsOf("4", "ERR_PROTOCOL", [
    ["announces an opening of 2^14-1 bytes", head(SYN, PRIORITY, 5, MOST_PAYLOAD)],
    ["announces a reset of 2^14-1 bytes", concat(open(5), head(RST, 0, 5, MOST_PAYLOAD))],
    ["announces a credit of 2^14-1 bytes", concat(open(5), head(WNDINC, 0, 5, MOST_PAYLOAD))],
    ["announces an extension frame of 2^16-1 bytes", head(31, 0, 5, 0xffff)],
  ]),
  ...faultsOf("5", "ERR_PROTOCOL", [
    ["opens stream 0", open(0)],
    ["sends data on stream 0", data(0, x)],
    ["gives credit to stream 0", credit(0, 1)],
    ["sends a frame of an unknown type", head(7, 0, 5, 0)],
    ["sends a frame of type 0", head(0, 0, 5, 0)],
    ["sends a PRI, which nobody implemented", concat(open(5), frame(PRI, 0, 5, u32(1)))],
    ["sends an extension frame without having sent the sign", frame(31, 0, 5, x)],
    ["opens with a body that no flag announces", frame(SYN, 0, 5, u32(1))],
    ["opens with flags whose body is missing", head(SYN, PRIORITY | TYPE, 5, 0)],
    ["goes away in seven bytes", frame(GOAWAY, 0, 0, new Uint8Array(7))],
    ["sends a reset of three bytes", concat(open(5), frame(RST, 0, 5, new Uint8Array(3)))],
  ]),
  ...faultsOf("12", "ERR_FLOW_CONTROL", [["sends a byte more than the window", concat(open(5, full), data(5, x))]]),
  ...faultsOf("20", "ERR_PROTOCOL", [
    ["sends data on an id that was never opened", data(5, x)],
    ["sends data on an id of this end's that was never opened", data(4, x)],
    ["ends an id that was never opened", end(7)],
    ["gives credit to an id that was never opened", credit(7, 10)],
    ["resets an id that was never opened", reset(7)],
    ["opens an id of the other parity", open(4)],
    ["opens an id below the first", open(1)],
  ]),
  ...faultsOf("21", "ERR_PROTOCOL", [
    ["opens an id twice", concat(open(5), open(5))],
    ["opens a smaller id than before", concat(open(9), open(7))],
    ["opens an id again after its reset", concat(open(5), reset(5), open(5))],
    ["opens the id of its heartbeat again", open(3)],
  ]),
  ...firstFaultsOf("5", "ERR_WRONG_PROTOCOL", [
    ["speaks HTTP", latin1("GET / HTTP/1.1\r\n")],
    ["speaks HTTP/2", latin1("PRI * HTTP/2.0\r\n")],
    ["speaks muxado 2", concat(u32(0x12), u32(3))],
  ]),
];

export const muxado1Codec: HostileCodec = {
  name: "muxado1",
  cannot: {
    "6": "a frame has one length, which row 4 is about, and no count in it",
    "7": "muxado has no headers",
    "8": "muxado has no headers",
    "10": "muxado has no settings",
    "33": "who opens no heartbeat may still be an end of muxado that has nothing to say",
  },
  mux: (options) => muxado1({ peer: "stock", ...options }),
  ids: { client: { first: 5, last: 0x7fffffff }, server: { first: 4, last: 0x7ffffffe } },
  step: 2,
  bareOpening: true,
  mostPayload: MOST_PAYLOAD,
  leastWindow: FIRST_WINDOW,
  mostCredit: 0x7fffffff,
  afterEnd: undefined,
  faults: FAULTS,
  preface: (from) => heartbeat(HEARTBEAT[from]),
  open,
  // With room for all that the scripts write: nothing could announce it before.
  accept: (id: number): Uint8Array => credit(id, 1 << 20),
  data,
  end,
  reset,
  // There is nothing that asks for a reset: its own gives the stream up as well.
  provokeReset: reset,
  credit,
  ping: (token: number): Uint8Array => data(OWN_HEARTBEAT, u32(token)),
  pong: (token: number): Uint8Array => data(OTHER_HEARTBEAT, u32(token)),
  speaker,
  reader,
  closeCode: (error: ErrorCode): number | undefined =>
    error === "ERR_WRONG_PROTOCOL" ? undefined : (CODES[error] ?? INTERNAL),
};

/** Puts in the heartbeats that are meant. */
function speaker(from: Role): (frames: Uint8Array) => Uint8Array {
  const other = from === "client" ? "server" : "client";
  return (frames) => {
    const said = Buffer.from(frames);
    for (let at = 0; at + HEADER <= said.byteLength; at += HEADER + (said.readUInt16BE(at) & MOST_PAYLOAD)) {
      const id = said.readUInt32BE(at + 4);
      if (id === OWN_HEARTBEAT) said.writeUInt32BE(HEARTBEAT[from], at + 4);
      else if (id === OTHER_HEARTBEAT) said.writeUInt32BE(HEARTBEAT[other], at + 4);
    }
    return said;
  };
}

function reader(from: Role): (chunk: Uint8Array) => Seen[] {
  return cutting(
    HEADER,
    (held, at) => held.readUInt16BE(at),
    (whole) => read(whole, from),
  );
}

function read(whole: Buffer, from: Role): Seen {
  const [flags, type, id] = [whole.readUInt8(2), whole.readUInt8(3), whole.readUInt32BE(4)];
  const length = whole.byteLength - HEADER;
  if (type === SYN) return { kind: "other", id, value: 0, end: false };
  if (type === DATA && (id === HEARTBEAT.client || id === HEARTBEAT.server)) {
    return { kind: id === HEARTBEAT[from] ? "ping" : "pong", id: 0, value: whole.readUInt32BE(HEADER), end: false };
  }
  if (type === DATA) return { kind: "data", id, value: length, end: (flags & FIN) !== 0 };
  const value = whole.readUInt32BE(type === GOAWAY ? HEADER + 4 : HEADER);
  if (type === WNDINC) return { kind: "credit", id, value, end: false };
  if (type === RST) return { kind: value === REFUSED ? "refuse" : "reset", id, value, end: true };
  return { kind: value === 0 && length === 8 ? "drain" : "close", id, value, end: true };
}
