// yamux for hostile peers, as towards its originals: frames built by hand, so that what is tested is not what tests.

import type { Role } from "mux-engine";
import { yamux } from "mux-yamux";
import type { ErrorCode } from "streams-core";
import { concat, latin1, u16, u32 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf, firstFaultsOf } from "./faults.js";

const HEADER = 12;
const [DATA, WINDOW, PING, GO_AWAY] = [0, 1, 2, 3] as const;
const [SYN, ACK, FIN, RST] = [1, 2, 4, 8] as const;
const FIRST_WINDOW = 262_144;
const BROKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["ERR_PROTOCOL", "ERR_FLOW_CONTROL", "ERR_CALM"]);

/** @param length of what follows, or what the header says instead of it */
function frame(type: number, flags: number, id: number, length: number, version = 0): Uint8Array {
  return concat(Uint8Array.of(version, type), u16(flags), u32(id), u32(length));
}

const data = (id: number, payload: Uint8Array, flags = 0): Uint8Array =>
  concat(frame(DATA, flags, id, payload.byteLength), payload);
const window = (id: number, flags: number, delta = 0): Uint8Array => frame(WINDOW, flags, id, delta);
const open = (id: number, payload?: Uint8Array): Uint8Array =>
  payload === undefined ? window(id, SYN) : data(id, payload, SYN);
const end = (id: number): Uint8Array => window(id, FIN);
const reset = (id: number): Uint8Array => window(id, RST);
const ping = (token: number): Uint8Array => frame(PING, SYN, 0, token);

const full = new Uint8Array(FIRST_WINDOW);
const x = latin1("x");

const FAULTS: readonly Fault[] = [
  ...faultsOf("4", "ERR_FLOW_CONTROL", [
    ["announces a data frame of 2^32-1 bytes", concat(open(1), frame(DATA, 0, 1, 0xffffffff))],
    ["opens a stream with a data frame of 2^32-1 bytes", frame(DATA, SYN, 1, 0xffffffff)],
    ["announces 2^32-1 bytes for a stream that is over", concat(open(1), reset(1), frame(DATA, 0, 1, 0xffffffff))],
  ]),
  ...faultsOf("5", "ERR_PROTOCOL", [
    ["changes to another version", concat(ping(0), frame(PING, SYN, 0, 0, 1))],
    ["sends a frame of an unknown type", concat(ping(0), frame(4, 0, 0, 0))],
    ["sends an extension frame without having sent the sign", concat(ping(0), frame(0x7f, 0, 1, 0))],
    ["sets a flag that there is not", concat(ping(0), window(1, 0x10))],
    ["opens stream 0", open(0)],
    ["sends data on stream 0", data(0, x)],
    ["gives credit to stream 0", window(0, 0, 1)],
    ["opens a stream of its own and accepts it", window(1, SYN | ACK)],
    ["accepts a stream of its own", concat(open(1), window(1, ACK))],
    ["sends a ping on a stream", concat(ping(0), frame(PING, SYN, 1, 0))],
    ["sends a ping that is neither question nor answer", concat(ping(0), frame(PING, 0, 0, 0))],
    ["sends a ping that is both question and answer", concat(ping(0), frame(PING, SYN | ACK, 0, 0))],
    ["goes away on a stream", concat(ping(0), frame(GO_AWAY, 0, 1, 0))],
    ["goes away with flags", concat(ping(0), frame(GO_AWAY, SYN, 0, 0))],
  ]),
  ...faultsOf("12", "ERR_FLOW_CONTROL", [["sends a byte more than the window", concat(open(1, full), data(1, x))]]),
  ...faultsOf("20", "ERR_PROTOCOL", [
    ["sends data on an id that was never opened", data(1, x)],
    ["sends data on an id of this end's that was never opened", data(2, x)],
    ["ends an id that was never opened", end(7)],
    ["gives credit to an id that was never opened", window(7, 0, 10)],
    ["resets an id that was never opened", reset(7)],
    ["accepts an id that was never opened", window(2, ACK)],
    ["opens an id of the other parity", open(2)],
  ]),
  ...faultsOf("21", "ERR_PROTOCOL", [
    ["opens an id twice", concat(open(1), open(1))],
    ["opens an id again that a larger one had overtaken", concat(open(5), open(3), open(3))],
    ["opens an id again after its reset", concat(open(1), reset(1), open(1))],
  ]),
  ...faultsOf("26", "ERR_PROTOCOL", [["opens an id above the last", open(0xffffffff)]]),
  ...firstFaultsOf("5", "ERR_WRONG_PROTOCOL", [
    ["speaks another version", frame(PING, SYN, 0, 0, 1)],
    ["speaks HTTP", latin1("GET / HTTP/1.1\r\n")],
    ["speaks HTTP/2", concat(Uint8Array.of(0, 0, 18, 4, 0), u32(0), new Uint8Array(18))],
  ]),
];

export const yamuxCodec: HostileCodec = {
  name: "yamux",
  cannot: {
    "6": "a frame has one length, which row 4 is about, and no count in it",
    "7": "yamux has no headers",
    "8": "yamux has no headers",
    "10": "yamux has no settings",
    "33": "yamux begins with nothing: a peer that says nothing may be one that has nothing to say",
  },
  mux: (options) => yamux({ peer: "stock", acceptBacklog: 128, ...options }),
  ids: { client: { first: 1, last: 0xfffffffd }, server: { first: 2, last: 0xfffffffc } },
  step: 2,
  anyOrder: true,
  leastWindow: FIRST_WINDOW,
  mostCredit: 0x7fffffff,
  afterEnd: undefined,
  whenClosed: "ERR_RESET",
  faults: FAULTS,
  preface: () => new Uint8Array(0),
  open,
  // With room for all that the scripts write: nothing could announce it before.
  accept: (id: number): Uint8Array => window(id, ACK, 1 << 20),
  data: (id: number, payload: Uint8Array): Uint8Array => data(id, payload),
  end,
  reset,
  // There is nothing that asks for a reset: its own gives the stream up as well.
  provokeReset: reset,
  credit: (id: number, bytes: number): Uint8Array => window(id, 0, bytes),
  ping,
  pong: (token: number): Uint8Array => frame(PING, ACK, 0, token),
  reader,
  closeCode: (error: ErrorCode): number | undefined =>
    error === "ERR_WRONG_PROTOCOL" ? undefined : BROKEN.has(error) ? 1 : 2,
};

function reader(from: Role): (chunk: Uint8Array) => Seen[] {
  /** Streams of the peer's on which the session has sent: a reset of another one is its refusal. */
  const used = new Set<number>();
  return cutting(
    HEADER,
    (held, at) => (held.readUInt8(at + 1) === DATA ? held.readUInt32BE(at + 8) : 0),
    (whole) => read(whole, from, used),
  );
}

function read(whole: Buffer, from: Role, used: Set<number>): Seen {
  const [type, flags] = [whole.readUInt8(1), whole.readUInt16BE(2)];
  const [id, value] = [whole.readUInt32BE(4), whole.readUInt32BE(8)];
  if (type === PING) return { kind: flags === SYN ? "ping" : "pong", id, value, end: false };
  if (type === GO_AWAY) return { kind: value === 0 ? "drain" : "close", id, value, end: true };
  const isTheirs = id % 2 === (from === "server" ? 1 : 0);
  if (flags & RST) return { kind: isTheirs && !used.has(id) ? "refuse" : "reset", id, value, end: true };
  if (flags & SYN) return { kind: "other", id, value, end: false };
  if (flags & ACK) return { kind: "other", id, value, end: false };
  used.add(id);
  if (type === DATA) return { kind: "data", id, value, end: false };
  return flags & FIN ? { kind: "data", id, value: 0, end: true } : { kind: "credit", id, value, end: false };
}
