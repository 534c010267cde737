// SPDY/3.1 with windows for hostile peers, as towards its originals: frames built by hand, so that what is tested is not what tests.

import { constants, deflateRawSync } from "node:zlib";
import type { Role } from "mux-engine";
import { spdy } from "mux-spdy";
import type { ErrorCode } from "streams-core";
import { concat, latin1, times, u16, u32 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf, firstFaultsOf } from "./faults.js";

const HEADER = 8;
const [SYN_STREAM, SYN_REPLY, RST, SETTINGS, PING, GOAWAY, HEADERS, WINDOW_UPDATE] = [1, 2, 3, 4, 6, 7, 8, 9] as const;
const [FIN, UNIDIRECTIONAL] = [1, 2] as const;
const WINDOW = 65536;
/** How the compressed stream begins that the header blocks of one end are. */
const START = Uint8Array.of(0x78, 0x20, 0xe3, 0xc6, 0xa7, 0xc2);
/** Pings whose number the speaker makes: it knows whose they are. */
const [QUESTION, ANSWER] = [0x40000000, 0x20000000] as const;
const BROKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_PROTOCOL",
  "ERR_FLOW_CONTROL",
  "ERR_CALM",
  "ERR_HEADERS_TOO_LARGE",
]);

const u24 = (value: number): Uint8Array => u32(value).subarray(1);
const head = (type: number, flags: number, length: number): Uint8Array =>
  concat(u16(0x8003), u16(type), Uint8Array.of(flags), u24(length));

function control(type: number, flags: number, ...body: readonly Uint8Array[]): Uint8Array {
  const whole = concat(...body);
  return concat(head(type, flags, whole.byteLength), whole);
}

/** A header block that is not compressed but stored. */
function stored(text: Uint8Array): Uint8Array {
  const length = Uint8Array.of(text.byteLength & 255, text.byteLength >>> 8);
  const piece = concat(
    Uint8Array.of(0),
    length,
    length.map((byte) => ~byte),
    text,
  );
  return concat(piece, Uint8Array.of(0, 0, 0, 255, 255));
}

const deflated = (text: Uint8Array): Uint8Array => deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
const field = (name: string, value: string): Uint8Array =>
  concat(u32(name.length), latin1(name), u32(value.length), latin1(value));
const fields = (count: number, all: Uint8Array = latin1("")): Uint8Array => concat(u32(count), all);
const noHeaders = stored(fields(0));

const opening = (id: number, block: Uint8Array, flags = 0): Uint8Array =>
  control(SYN_STREAM, flags, u32(id), u32(0), u16(0), block);
const data = (id: number, payload: Uint8Array, flags = 0): Uint8Array =>
  concat(u32(id), Uint8Array.of(flags), u24(payload.byteLength), payload);
const open = (id: number, payload?: Uint8Array): Uint8Array =>
  payload === undefined ? opening(id, noHeaders) : concat(opening(id, noHeaders), data(id, payload));
const end = (id: number): Uint8Array => data(id, latin1(""), FIN);
const reset = (id: number, status = 5): Uint8Array => control(RST, 0, u32(id), u32(status));
const credit = (id: number, bytes: number): Uint8Array => control(WINDOW_UPDATE, 0, u32(id), u32(bytes));
const ping = (token: number): Uint8Array => control(PING, 0, u32(QUESTION + 2 * token));
const settings = (count: number, ...pairs: readonly (readonly [number, number])[]): Uint8Array =>
  control(SETTINGS, 0, u32(count), ...pairs.map(([id, value]) => concat(u32(id), u32(value))));

const full = new Uint8Array(WINDOW);
const x = latin1("x");

const FAULTS: readonly Fault[] = [
  ...faultsOf("4", "ERR_PROTOCOL", [
    ["announces a ping of 2^24-1 bytes", head(PING, 0, 0xffffff)],
    ["announces settings of 2^24-1 bytes", head(SETTINGS, 0, 0xffffff)],
    ["announces a frame of an unknown type of 2^24-1 bytes", head(77, 0, 0xffffff)],
  ]),
  ...faultsOf("4", "ERR_FLOW_CONTROL", [
    ["announces a data frame of 2^24-1 bytes", concat(open(1), u32(1), Uint8Array.of(0), u24(0xffffff))],
  ]),
  ...faultsOf("4", "ERR_HEADERS_TOO_LARGE", [
    ["announces an opening of 2^24-1 bytes", head(SYN_STREAM, 0, 0xffffff)],
    ["announces headers of 2^24-1 bytes", head(HEADERS, 0, 0xffffff)],
  ]),
  ...faultsOf("5", "ERR_PROTOCOL", [
    ["changes to another version", concat(open(1), Uint8Array.of(0x80, 2, 0, PING, 0, 0, 0, 4), u32(1))],
    ["opens stream 0", open(0)],
    ["sends data on stream 0", data(0, x)],
    ["sends data with an unknown flag", concat(open(1), data(1, x, 2))],
    ["opens a stream that cannot be answered", opening(1, noHeaders, UNIDIRECTIONAL)],
    ["resets with status 0", concat(open(1), reset(1, 0))],
    ["pings with number 0", control(PING, 0, u32(0))],
    ["pings with a flag", control(PING, 1, u32(1))],
    ["accepts a stream of its own", concat(open(1), control(SYN_REPLY, 0, u32(1), noHeaders))],
    ["sends a reset of nine bytes", control(RST, 0, u32(1), u32(5), x)],
    ["sends an opening of four bytes", control(SYN_STREAM, 0, u32(1))],
  ]),
  ...faultsOf("6", "ERR_PROTOCOL", [
    ["has fewer headers than it says", opening(1, stored(fields(1)))],
    ["has many fewer headers than it says", opening(1, stored(fields(0xffffffff, field("a", "b"))))],
    ["has more headers than it says", opening(1, stored(fields(0, field("a", "b"))))],
    ["has a name longer than its block", opening(1, stored(fields(1, u32(0xffffffff))))],
    ["has a header without a name", opening(1, stored(fields(1, field("", "b"))))],
    ["has a header whose name is no token", opening(1, stored(fields(1, field("a b", "c"))))],
    ["has a header whose name has capital letters", opening(1, stored(fields(1, field("Kind", "c"))))],
    ["has a header whose value has a line end", opening(1, stored(fields(1, field("a", "b\n"))))],
    ["has headers that cannot be decompressed", opening(1, Uint8Array.of(7, 0, 0))],
    ["has fewer settings than it says", settings(0x1fffffff, [4, 1])],
  ]),
  ...faultsOf("7", "ERR_HEADERS_TOO_LARGE", [
    [
      "has 129 headers",
      opening(
        1,
        stored(
          fields(
            129,
            times(129, () => field("a", "")),
          ),
        ),
      ),
    ],
    ["has headers of 16 KiB and more", opening(1, stored(fields(1, field("a", "x".repeat(16384)))))],
    ["has headers of 1 KiB that become 1 MiB", opening(1, deflated(new Uint8Array(1 << 20)))],
    ["has headers of 60 KiB that become 60 MiB", opening(1, deflated(new Uint8Array(60 << 20)))],
    ["has a value of 60,000 values", opening(1, stored(fields(1, field("name", "\0".repeat(60_000)))))],
  ]),
  ...faultsOf("10", "ERR_FLOW_CONTROL", [["announces a window of 2^31", settings(1, [7, 2 ** 31])]]),
  ...faultsOf("10", "ERR_PROTOCOL", [
    ["announces 129 settings", settings(129, ...Array.from({ length: 129 }, () => [4, 1] as const))],
    ["announces a piece of a setting", control(SETTINGS, 0, u32(1), u32(4))],
  ]),
  ...faultsOf("11", "ERR_FLOW_CONTROL", [
    ["overruns the session's window", concat(credit(0, 1), credit(0, 0x7fffffff))],
  ]),
  ...faultsOf("12", "ERR_FLOW_CONTROL", [["sends a byte more than the window", concat(open(1, full), data(1, x))]]),
  ...faultsOf("20", "ERR_PROTOCOL", [
    ["sends data on an id that was never opened", data(1, x)],
    ["sends data on an id of this end's that was never opened", data(2, x)],
    ["ends an id that was never opened", end(7)],
    ["gives credit to an id that was never opened", credit(7, 10)],
    ["resets an id that was never opened", reset(7)],
    ["refuses an id that was never opened", reset(2, 3)],
    ["accepts an id that was never opened", control(SYN_REPLY, 0, u32(2), noHeaders)],
    ["opens an id of the other parity", open(2)],
  ]),
  ...faultsOf("21", "ERR_PROTOCOL", [
    ["opens an id twice", concat(open(1), open(1))],
    ["opens a smaller id than before", concat(open(5), open(3))],
    ["opens an id again after its reset", concat(open(1), reset(1), open(1))],
  ]),
  ...firstFaultsOf("5", "ERR_WRONG_PROTOCOL", [
    ["speaks SPDY/2", Uint8Array.of(0x80, 2, 0, SETTINGS, 0, 0, 0, 4, 0, 0, 0, 0)],
    ["speaks HTTP", latin1("GET / HTTP/1.1\r\n")],
    ["speaks HTTP/2", concat(Uint8Array.of(0, 0, 18, 4, 0), u32(0), new Uint8Array(18))],
  ]),
];

export const spdyCodec: HostileCodec = {
  name: "spdy",
  cannot: {
    "33": "SPDY begins with nothing: a peer that says nothing may be one that has nothing to say",
  },
  mux: (options) => spdy({ peer: "stock", flowControl: "spdy31", refusal: "reset", ...options }),
  ids: { client: { first: 1, last: 0x7fffffff }, server: { first: 2, last: 0x7ffffffe } },
  step: 2,
  bareOpening: true,
  leastWindow: WINDOW,
  mostCredit: 0x7fffffff,
  afterEnd: undefined,
  // GOAWAY says only that no more streams come.
  whenClosed: "ERR_TRANSPORT_LOST",
  faults: FAULTS,
  preface: (_from: Role, window = WINDOW): Uint8Array =>
    concat(settings(1, [7, window]), credit(0, 0x7fffffff - WINDOW)),
  open,
  accept: (id: number): Uint8Array => control(SYN_REPLY, 0, u32(id), noHeaders),
  data: (id: number, payload: Uint8Array): Uint8Array => data(id, payload),
  end,
  reset: (id: number): Uint8Array => reset(id),
  // There is nothing that asks for a reset: its own gives the stream up as well.
  provokeReset: (id: number): Uint8Array => reset(id),
  credit,
  ping,
  pong: (token: number): Uint8Array => control(PING, 0, u32(ANSWER + 2 * token)),
  speaker,
  reader,
  closeCode: (error: ErrorCode): number | undefined =>
    error === "ERR_WRONG_PROTOCOL" ? undefined : BROKEN.has(error) ? 1 : 2,
};

/** Starts the compressed stream with the first header block, and gives pings their numbers. */
function speaker(from: Role): (frames: Uint8Array) => Uint8Array {
  let started = false;
  return (frames) => {
    const parts: Uint8Array[] = [];
    const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
    let at = 0;
    while (frames.byteLength - at >= HEADER + 4) {
      const next = at + HEADER + (view.getUint32(at + 4) & 0xffffff);
      const type = view.getUint16(at) === 0x8003 ? view.getUint16(at + 2) : 0;
      const blockAt = at + HEADER + (type === SYN_STREAM ? 10 : 4);
      if (next > frames.byteLength) break;
      if (!started && (type === SYN_STREAM || type === SYN_REPLY || type === HEADERS) && next > blockAt) {
        started = true;
        const grown = head(type, frames[at + 4] ?? 0, next - at - HEADER + START.byteLength);
        parts.push(grown, frames.subarray(at + HEADER, blockAt), START, frames.subarray(blockAt, next));
      } else {
        if (type === PING) view.setUint32(at + HEADER, numberOf(view.getUint32(at + HEADER), from));
        parts.push(frames.subarray(at, next));
      }
      at = next;
    }
    return new Uint8Array(Buffer.concat([...parts, frames.subarray(at)]));
  };
}

function numberOf(marked: number, from: Role): number {
  if (marked >= QUESTION) return marked - QUESTION + (from === "client" ? 1 : 2);
  if (marked >= ANSWER) return marked - ANSWER + (from === "client" ? 2 : 3);
  return marked;
}

function reader(from: Role): (chunk: Uint8Array) => Seen[] {
  return cutting(
    HEADER,
    (held, at) => held.readUIntBE(at + 5, 3),
    (whole) => read(whole, from),
  );
}

function read(whole: Buffer, from: Role): Seen {
  const id = whole.readUInt32BE(0);
  const flags = whole.readUInt8(4);
  if (id < 0x80000000) return { kind: "data", id, value: whole.byteLength - HEADER, end: (flags & FIN) !== 0 };
  const type = whole.readUInt16BE(2);
  const first = whole.readUInt32BE(HEADER);
  if (type === PING) {
    const isOwn = first % 2 === (from === "client" ? 1 : 0);
    return { kind: isOwn ? "ping" : "pong", id: 0, value: isOwn ? (first - 2) >>> 1 : (first - 1) >>> 1, end: false };
  }
  const value = whole.byteLength >= HEADER + 8 ? whole.readUInt32BE(HEADER + 4) : 0;
  if (type === SYN_REPLY && flags & FIN) return { kind: "data", id: first, value: 0, end: true };
  if (type === RST) return { kind: value === 3 ? "refuse" : "reset", id: first, value, end: true };
  if (type === GOAWAY) return { kind: value === 0 ? "drain" : "close", id: first, value, end: true };
  return { kind: type === WINDOW_UPDATE && first > 0 ? "credit" : "other", id: first, value, end: false };
}
