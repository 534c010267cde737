// smux for hostile peers, as towards its original: frames built by hand, so that what is tested is not what tests.

import { type SmuxVersion, smux } from "mux-smux";
import { concat, latin1 } from "./bytes.js";
import type { Fault, HostileCodec, Seen } from "./codec.js";
import { cutting } from "./cutting.js";
import { faultsOf } from "./faults.js";

const HEADER = 8;
const [SYN, FIN, PSH, NOP, UPD, EXTENSION] = [0, 1, 2, 3, 4, 0x80] as const;
const MOST = 65_535;
const WINDOW = 262_144;
const [FIRST, LAST] = [3, 0xffffffff] as const;
/** The clock stands still while a script runs: nothing may wait for it. */
const STILL = { peer: "stock", finLinger: 0, acceptWriteDelay: 0 } as const;
const NOTHING = new Uint8Array(0);
const x = latin1("x");

const CANNOT: HostileCodec["cannot"] = {
  "6": "a frame has one length, which row 4 is about, and no count in it",
  "7": "smux has no headers",
  "8": "smux has no headers",
  "10": "smux has no settings",
  "15": "the original goes on sending for a stream that was reset here: that is dropped and not counted",
  "16": "smux has no pings, and towards the original windows do not grow",
  "28": "smux has no reset; opened and ended streams are those of row 27 until the application ends them, too",
  "31": "smux has no pings: a NOP is not answered",
  "33": "smux begins with nothing: a peer that says nothing may be one that has nothing to say",
};

const NO_WINDOWS = "version 1 has no windows: all streams share one buffer, with which full the transport is not read";
const CANNOT_1: HostileCodec["cannot"] = Object.fromEntries(
  ["11", "12", "13", "17", "23", "25", "38b"].map((row) => [row, NO_WINDOWS]),
);

/** Both versions; the table shows the second, which has windows. */
export const smuxCodec: HostileCodec = codecOf(2);
export const smux1Codec: HostileCodec = codecOf(1);

function codecOf(version: SmuxVersion): HostileCodec {
  const f = framesOf(version);
  return {
    name: version === 2 ? "smux" : "smux1",
    cannot: { ...CANNOT, ...(version === 1 ? CANNOT_1 : {}) },
    mux: (options) => smux({ version, ...STILL, ...options }),
    ids: { client: { first: FIRST, last: LAST }, server: { first: 2, last: 0xfffffffe } },
    step: 2,
    anyOrder: true,
    bareOpening: true,
    mostPayload: MOST,
    noPing: true,
    noReset: true,
    resetIsEnd: true,
    leastWindow: WINDOW,
    mostCredit: 0x7fffffff,
    afterEnd: undefined,
    whenClosed: "ERR_TRANSPORT_LOST",
    faults: faultsIn(version, f),
    preface: () => NOTHING,
    open: f.open,
    // With room for all that the scripts write: nothing could announce it before.
    accept: (id: number): Uint8Array => f.credit(id, 1 << 20),
    data: f.data,
    end: f.end,
    // An end is all that a peer has.
    reset: f.end,
    provokeReset: f.end,
    credit: f.credit,
    ping: () => f.nop,
    pong: () => f.nop,
    ...(version === 2 ? { speaker } : {}),
    reader,
    closeCode: (): undefined => undefined,
  };
}

interface Frames {
  frame(command: number, id: number, body?: Uint8Array, length?: number): Uint8Array;
  open(id: number, payload?: Uint8Array): Uint8Array;
  data(id: number, payload: Uint8Array): Uint8Array;
  end(id: number): Uint8Array;
  credit(id: number, bytes: number): Uint8Array;
  readonly nop: Uint8Array;
}

function framesOf(version: number): Frames {
  /** @param length what the header says */
  const frame = (command: number, id: number, body: Uint8Array = NOTHING, length = body.byteLength): Uint8Array => {
    const head = Buffer.alloc(HEADER);
    head.set([version, command]);
    head.writeUInt16LE(length, 2);
    // Who counts on begins again.
    head.writeUInt32LE(id > LAST ? FIRST : id, 4);
    return concat(head, body);
  };
  const data = (id: number, payload: Uint8Array): Uint8Array =>
    payload.byteLength <= MOST
      ? frame(PSH, id, payload)
      : concat(frame(PSH, id, payload.subarray(0, MOST)), data(id, payload.subarray(MOST)));
  return {
    frame,
    data,
    open: (id, payload) => (payload === undefined ? frame(SYN, id) : concat(frame(SYN, id), data(id, payload))),
    end: (id) => frame(FIN, id),
    credit: (id, bytes) => (version === 1 ? frame(NOP, 0) : frame(UPD, id, update(0, bytes))),
    nop: frame(NOP, 0),
  };
}

function update(consumed: number, window: number): Uint8Array {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(consumed, 0);
  body.writeUInt32LE(window, 4);
  return body;
}

function faultsIn(version: SmuxVersion, { frame, open, data, end, credit, nop }: Frames): readonly Fault[] {
  const other = framesOf(3 - version);
  return [
    ...faultsOf("4", "ERR_PROTOCOL", [
      ["announces an opening of 65,535 bytes", frame(SYN, 1, x, MOST)],
      ["announces an end of 65,535 bytes", concat(open(1), frame(FIN, 1, x, MOST))],
      ["announces a NOP of 65,535 bytes", frame(NOP, 0, x, MOST)],
      ["announces an UPD of 65,535 bytes", concat(open(1), frame(UPD, 1, x, MOST))],
      ["announces an extension frame of 65,535 bytes", concat(nop, frame(EXTENSION, 1, x, MOST))],
    ]),
    ...faultsOf("5", "ERR_PROTOCOL", [
      ["changes to the other version", concat(nop, other.nop)],
      ["sends a command that there is not", concat(nop, frame(5, 0))],
      ["sends an extension frame without having sent the sign", concat(nop, frame(EXTENSION, 1, x))],
      ["sends an empty extension frame", concat(nop, frame(EXTENSION, 1))],
      ["sends data on stream 0", concat(nop, data(0, x))],
      ["opens stream 0", open(0)],
    ]),
    ...faultsOf("5", "ERR_WRONG_PROTOCOL", [
      ["speaks the other version", other.nop],
      ["speaks HTTP", latin1("GET / HTTP/1.1\r\n")],
    ]),
    ...(version === 1
      ? faultsOf("5", "ERR_PROTOCOL", [["gives credit", concat(open(1), frame(UPD, 1, update(0, WINDOW)))]])
      : [
          ...faultsOf("12", "ERR_FLOW_CONTROL", [
            ["sends a byte more than the window", concat(open(1, new Uint8Array(WINDOW)), data(1, x))],
          ]),
          ...faultsOf("20", "ERR_PROTOCOL", [["gives credit to an id that was never opened", credit(7, 10)]]),
        ]),
    ...faultsOf("20", "ERR_PROTOCOL", [
      ["sends data on an id that was never opened", concat(nop, data(1, x))],
      ["sends data on an id of this end's that was never opened", concat(nop, data(2, x))],
      ["ends an id that was never opened", end(7)],
      ["opens an id of the other parity", open(2)],
    ]),
    ...faultsOf("21", "ERR_PROTOCOL", [
      ["opens an id twice", concat(open(1), open(1))],
      ["opens an id again that a larger one had overtaken", concat(open(5), open(3), open(3))],
      ["opens an id again after its end", concat(open(1), end(1), open(1))],
    ]),
  ];
}

/** The scripts give so much more credit; an UPD names all that there is. */
function speaker(): (frames: Uint8Array) => Uint8Array {
  const granted = new Map<number, number>();
  return (frames) => {
    const said = Buffer.from(frames);
    for (let at = 0; said.byteLength - at >= HEADER && said[at] === 2; at += HEADER + said.readUInt16LE(at + 2)) {
      if (said[at + 1] !== UPD || said.byteLength - at < HEADER + 8) continue;
      const id = said.readUInt32LE(at + 4);
      const total = (granted.get(id) ?? WINDOW) + said.readUInt32LE(at + 12);
      granted.set(id, total);
      said.writeUInt32LE(Math.min(total, 0xffffffff), at + 12);
    }
    return said;
  };
}

function reader(): (chunk: Uint8Array) => Seen[] {
  return cutting(HEADER, (held, at) => held.readUInt16LE(at + 2), read);
}

function read(whole: Buffer): Seen[] {
  const [command, id] = [whole.readUInt8(1), whole.readUInt32LE(4)];
  const length = whole.byteLength - HEADER;
  if (command === PSH) return [{ kind: "data", id, value: length, end: false }];
  // An end is a refusal, too: nobody can tell them apart.
  if (command === FIN)
    return [
      { kind: "data", id, value: 0, end: true },
      { kind: "refuse", id, value: 0, end: true },
    ];
  return [{ kind: command === UPD ? "credit" : "other", id, value: 0, end: false }];
}
