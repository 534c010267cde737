// The native wire for hostile peers: the frames of its PROTOCOL.md built by hand, so that what is tested is not what tests.

import type { Role } from "mux-engine";
import { native } from "mux-native";
import type { ErrorCode } from "streams-core";
import { concat, latin1, u16, u32 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf, firstFaultsOf } from "./faults.js";

const MAGIC = Uint8Array.of(0x89, 0x4d, 0x55, 0x58, 0x0d, 0x0a, 0x1a, 0x0a);
const PREFACE = 24;
const HEADER = 8;
const KINDS = ["data", "reset", "other", "credit", "ping", "drain", "close"] as const;
const [DATA, RESET, STOP, CREDIT, PING, DRAIN, CLOSE] = [0, 1, 2, 3, 4, 5, 6] as const;
const [FIN, SYN, HEADERS, URGENCY] = [1, 2, 4, 8] as const;
const [REFUSED, ABORT, ACK] = [1, 2, 1] as const;
const CODES: Partial<Record<ErrorCode, number>> = {
  ERR_PROTOCOL: 1,
  ERR_FLOW_CONTROL: 2,
  ERR_CALM: 3,
  ERR_TIMEOUT: 4,
  ERR_HEADERS_TOO_LARGE: 5,
};

function frame(type: number, flags: number, id: number, ...body: readonly Uint8Array[]): Uint8Array {
  const whole = concat(...body);
  return concat(u32(whole.byteLength).subarray(1), Uint8Array.of((type << 4) | flags), u32(id), whole);
}

const data = (id: number, payload: Uint8Array, flags = 0): Uint8Array => frame(DATA, flags, id, payload);
const open = (id: number, payload: Uint8Array = latin1(""), flags = 0): Uint8Array => data(id, payload, SYN | flags);
const end = (id: number): Uint8Array => data(id, latin1(""), FIN);
const reset = (id: number, flags = 0): Uint8Array => frame(RESET, flags, id, u32(0));
const credit = (id: number, bytes: number): Uint8Array => frame(CREDIT, 0, id, u32(bytes));

/** A preface of a client whose parameters are given, with their announced length. */
function prefaceOf(length: number, ...parameters: readonly (readonly [number, number])[]): Uint8Array {
  const rest = parameters.map(([id, value]) => concat(u16(id), u32(value)));
  return concat(MAGIC, Uint8Array.of(1, 0), u16(length), ...rest);
}

/** A header block, or a piece of one, in front of an opening's payload. */
const withBlock = (length: number, block: Uint8Array): Uint8Array => open(1, concat(u16(length), block), HEADERS);

const fields = (count: number): Uint8Array =>
  concat(...Array.from({ length: count }, () => concat(Uint8Array.of(1, 0, 0), latin1("a"))));

const full = new Uint8Array(16384);
const x = latin1("x");

const FAULTS: readonly Fault[] = [
  ...faultsOf("4", "ERR_PROTOCOL", [
    ["announces a data frame of 2^24-1 bytes", concat(Uint8Array.of(255, 255, 255, SYN), u32(1))],
    ["announces a ping of 2^24-1 bytes", concat(Uint8Array.of(255, 255, 255, PING << 4), u32(0))],
    ["announces a frame of an unknown type of 2^24-1 bytes", concat(Uint8Array.of(255, 255, 255, 0xf0), u32(0))],
    ["sends a data frame of a byte more than the largest", open(1, new Uint8Array(65537))],
  ]),
  ...faultsOf("5", "ERR_PROTOCOL", [
    ["opens stream 0", open(0)],
    ["sends data on stream 0", data(0, x)],
    ["sends a ping on a stream", frame(PING, 0, 1, u32(0))],
    ["sets flags that a stop does not have", concat(open(1), frame(STOP, 1, 1, u32(0)))],
    ["puts headers on a frame that opens nothing", concat(open(1), data(1, latin1("\0\0"), HEADERS))],
    ["puts an urgency on a frame that opens nothing", concat(open(1), data(1, latin1("\0"), URGENCY))],
    ["names urgency 8", open(1, latin1("\x08"), URGENCY)],
    ["sends a credit of five bytes", concat(open(1), frame(CREDIT, 0, 1, u32(1), latin1("\0")))],
    ["sends a credit of three bytes", concat(open(1), frame(CREDIT, 0, 1, latin1("\0\0\0")))],
    ["sends an empty reset", concat(open(1), frame(RESET, 0, 1))],
    ["sends a close that is too long", frame(CLOSE, 0, 0, new Uint8Array(8 + 257))],
    ["refuses a stream of its own", concat(open(1), reset(1, REFUSED))],
  ]),
  ...firstFaultsOf("5", "ERR_WRONG_PROTOCOL", [["speaks another version", concat(MAGIC, Uint8Array.of(2, 0, 0, 0))]]),
  ...firstFaultsOf("5", "ERR_PROTOCOL", [["has an unknown role", concat(MAGIC, Uint8Array.of(1, 2, 0, 0))]]),
  ...faultsOf("6", "ERR_PROTOCOL", [
    ["has a header block of 65,535 bytes in a frame of five", withBlock(65535, latin1("abc"))],
    ["has a frame shorter than its flags say", open(1, latin1("\0"), HEADERS)],
    ["has a header whose value is longer than its block", withBlock(4, concat(Uint8Array.of(1, 255, 255), x))],
    ["has a header without a name", withBlock(3, Uint8Array.of(0, 0, 0))],
    ["has a header whose name is no token", withBlock(4, concat(Uint8Array.of(1, 0, 0), latin1(" ")))],
    ["has a header whose value has a line end", withBlock(5, concat(Uint8Array.of(1, 0, 1), latin1("a\n")))],
  ]),
  ...faultsOf("7", "ERR_PROTOCOL", [["has a header block over the limit", withBlock(16385, new Uint8Array(16385))]]),
  ...faultsOf("7", "ERR_HEADERS_TOO_LARGE", [["has 129 headers", withBlock(129 * 4, fields(129))]]),
  ...firstFaultsOf("10", "ERR_PROTOCOL", [
    ["announces parameters that are no whole number of them", prefaceOf(7)],
    ["announces parameters of more than 1,024 bytes", prefaceOf(0x600)],
    ["announces a window of 16,383", prefaceOf(6, [1, 16383])],
    ["announces a window of 2^31", prefaceOf(6, [1, 2 ** 31])],
    ["announces a frame size of 0", prefaceOf(6, [2, 0])],
    ["announces a frame size over 1 MiB", prefaceOf(6, [2, 2 ** 20 + 1])],
  ]),
  ...faultsOf("12", "ERR_FLOW_CONTROL", [["sends a byte more than the window", concat(open(1, full), data(1, x))]]),
  ...faultsOf("20", "ERR_PROTOCOL", [
    ["sends data on an id that was never opened", data(1, x)],
    ["sends data on an id of this end's that was never opened", data(2, x)],
    ["ends an id that was never opened", end(7)],
    ["gives credit to an id that was never opened", credit(7, 10)],
    ["resets an id that was never opened", reset(7)],
    ["stops an id that was never opened", frame(STOP, 0, 2, u32(0))],
    ["opens an id of the other parity", open(2)],
  ]),
  ...faultsOf("21", "ERR_PROTOCOL", [
    ["opens an id twice", concat(open(1), open(1))],
    ["opens a smaller id than before", concat(open(5), open(3))],
    ["opens an id again after its reset", concat(open(1), reset(1), open(1))],
  ]),
  ...faultsOf("22", "ERR_PROTOCOL", [
    ["sends data after aborting", concat(open(1), reset(1, ABORT), data(1, x))],
    ["aborts after its end", concat(open(1), end(1), reset(1, ABORT))],
  ]),
  ...faultsOf("26", "ERR_PROTOCOL", [["opens an id above the last", open(0x80000001)]]),
];

export const nativeCodec: HostileCodec = {
  name: "native",
  cannot: { "8": "a header block is one frame of at most 16 KiB: the wire has no fragments of one" },
  mux: native,
  ids: { client: { first: 1, last: 0x7fffffff }, server: { first: 2, last: 0x7ffffffe } },
  step: 2,
  leastWindow: 16384,
  mostCredit: 0x7fffffff,
  afterEnd: "ERR_PROTOCOL",
  faults: FAULTS,
  preface: (from: Role, window = 65536): Uint8Array =>
    concat(MAGIC, Uint8Array.of(1, from === "client" ? 0 : 1), u16(12), u16(1), u32(window), u16(2), u32(65536)),
  open: (id: number, payload?: Uint8Array): Uint8Array => open(id, payload),
  accept: (id: number): Uint8Array => open(id),
  data: (id: number, payload: Uint8Array): Uint8Array => data(id, payload),
  end,
  reset: (id: number): Uint8Array => reset(id),
  provokeReset: (id: number): Uint8Array => frame(STOP, 0, id, u32(0)),
  credit,
  ping: (token: number): Uint8Array => frame(PING, 0, 0, u32(token)),
  pong: (token: number): Uint8Array => frame(PING, ACK, 0, u32(token)),
  reader,
  closeCode: (error: ErrorCode): number | undefined => CODES[error],
};

function reader(): (chunk: Uint8Array) => Seen[] {
  return cutting(HEADER, (held, at) => held.readUIntBE(at, 3), read, PREFACE);
}

function read(whole: Buffer): Seen {
  const type = whole.readUInt8(3) >>> 4;
  const flags = whole.readUInt8(3) & 15;
  const id = whole.readUInt32BE(4);
  const body = whole.subarray(HEADER);
  const named = KINDS[type] ?? "other";
  if (type === DATA) {
    const prefix = (flags & URGENCY ? 1 : 0) + (flags & HEADERS ? 2 + body.readUInt16BE(flags & URGENCY ? 1 : 0) : 0);
    return { kind: named, id, value: body.byteLength - prefix, end: (flags & FIN) !== 0 };
  }
  const value = body.readUInt32BE(type === CLOSE ? 4 : 0);
  if (type === RESET)
    return { kind: flags === REFUSED ? "refuse" : flags === ABORT ? "abort" : named, id, value, end: true };
  return { kind: type === PING && flags === ACK ? "pong" : named, id, value, end: type === DRAIN || type === CLOSE };
}
