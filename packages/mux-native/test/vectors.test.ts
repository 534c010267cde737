// The test vectors of PROTOCOL.md, read out of the file itself: what they say is what this end writes, and reads.

import { readFileSync } from "node:fs";
import { ACK, FIN, Output, type Role, type SessionEnd, type Sink, SYN } from "mux-engine";
import { encodeHeaders } from "streams-core/kit";
import { describe, expect, test } from "vitest";
import { NativeWire } from "../src/wire.js";
import { bytes } from "./tools/frames.js";

const text = readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8");
const rows = text.slice(text.indexOf("## 10. Test vectors")).matchAll(/^\| ([^|]+?) +\| `([0-9a-f ]+)` +\|/gm);
const vectors = new Map([...rows].map(([, name = "", hex = ""]) => [name, hex.replaceAll(" ", "")]));

interface Vector {
  /** Who sends it. */
  readonly from: Role;
  /** What the application of the sender does. */
  write(wire: NativeWire, out: Output): void;
  /** What the receiver is told. */
  readonly events: readonly string[];
}

const NONE = new Uint8Array(0);
const block = (headers: Record<string, string>): Uint8Array => encodeHeaders(headers);
const hex = (headers: Record<string, string>): string => Buffer.from(block(headers)).toString("hex");
const end = (code: number, reason: string): SessionEnd => ({ code, reason, failed: undefined });

const meaning: Readonly<Record<string, Vector>> = {
  open: { from: "client", write: (w, o) => w.data(o, 1, 0, SYN, NONE, 3), events: ["open 1  3 0", "end false"] },
  "open and all": {
    from: "client",
    write(w, o) {
      w.data(o, 3, 3, SYN | FIN, block({ kind: "echo" }), 1);
      o.append(bytes("hey"));
    },
    events: [`open 3 ${hex({ kind: "echo" })} 1 3`, "data hey", "end true"],
  },
  "open, server": {
    from: "server",
    write(w, o) {
      w.data(o, 2, 2, SYN, NONE, 3);
      o.append(bytes("hi"));
    },
    events: ["open 2  3 2", "data hi", "end false"],
  },
  accept: { from: "server", write: (w, o) => w.data(o, 1, 0, ACK, NONE, 3), events: ["accept 1 "] },
  "accept and all": {
    from: "server",
    write(w, o) {
      w.data(o, 3, 2, ACK | FIN, block({ a: "b" }), 1);
      o.append(bytes("ok"));
    },
    events: [`accept 3 ${hex({ a: "b" })}`, "start 3 2", "data ok", "end true"],
  },
  data: {
    from: "client",
    write(w, o) {
      w.data(o, 1, 5, 0, NONE, 3);
      o.append(bytes("hello"));
    },
    events: ["start 1 5", "data hello", "end false"],
  },
  end: { from: "client", write: (w, o) => w.data(o, 1, 0, FIN, NONE, 3), events: ["start 1 0", "end true"] },
  reset: { from: "client", write: (w, o) => w.reset(o, 1, 7), events: ["reset 1 7"] },
  refuse: {
    from: "server",
    write: (w, o) => w.refuse(o, 3, 2, block({ why: "no" })),
    events: [`refuse 3 2 ${hex({ why: "no" })}`],
  },
  abort: { from: "client", write: (w, o) => w.abort(o, 1, 8), events: ["abort 1 8"] },
  stop: { from: "client", write: (w, o) => w.stop(o, 1, 8), events: ["stop 1 8"] },
  credit: { from: "client", write: (w, o) => w.credit(o, 1, 32768), events: ["credit 1 32768"] },
  ping: { from: "client", write: (w, o) => w.ping(o, 42), events: ["ping 42"] },
  pong: { from: "client", write: (w, o) => w.pong(o, 42), events: ["pong 42"] },
  drain: { from: "server", write: (w, o) => w.drain(o, 5), events: ["drain 5"] },
  close: { from: "server", write: (w, o) => w.close(o, 5, end(77, "bye")), events: ["close 5 77 bye false"] },
  failed: {
    from: "server",
    write: (w, o) => w.close(o, 0, { code: 0, reason: "bad", failed: "ERR_PROTOCOL" }),
    events: ["close 0 1 bad true"],
  },
};

const own = { window: 65536, maxFrame: 65536 };
const prefaces = {
  "preface, client": { role: "client", own },
  "preface, server": { role: "server", own: { window: 262144, maxFrame: 16384 } },
} as const;

function hexOf(write: (out: Output) => void): string {
  const out = new Output();
  write(out);
  return Buffer.concat(out.take()).toString("hex");
}

/** What a wire tells of `input`, one line an event, after the preface. */
function eventsOf(role: Role, input: Uint8Array): string[] {
  const lines: string[] = [];
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      const shown = args.map((a) => (a instanceof Uint8Array ? Buffer.from(a).toString("hex") : String(a)));
      lines.push(`${name} ${shown.join(" ")}`);
    };
  const sink: Sink = {
    hello: ({ window, maxFrame }) => void lines.push(`hello ${window} ${maxFrame}`),
    data: (payload) => void lines.push(`data ${Buffer.from(payload).toString()}`),
    ...{ open: note("open"), accept: note("accept"), dataStart: note("start"), dataEnd: note("end") },
    ...{ credit: note("credit"), reset: note("reset"), refuse: note("refuse"), stop: note("stop") },
    ...{ abort: note("abort"), ping: note("ping"), pong: note("pong"), drain: note("drain"), close: note("close") },
    ...{ answer: note("answer"), room: note("room") },
  };
  new NativeWire(role, own).receive(input, sink);
  return lines;
}

test("every vector of PROTOCOL.md has its meaning here, and the other way round", () => {
  expect([...vectors.keys()]).toEqual([...Object.keys(prefaces), ...Object.keys(meaning)]);
});

describe("vectors", () => {
  test.each(Object.entries(prefaces))("%s", (name, { role, own: parameters }) => {
    const vector = vectors.get(name) ?? "";
    expect(hexOf((out) => new NativeWire(role, parameters).start(out))).toBe(vector);
    const other = role === "client" ? "server" : "client";
    const said = [`hello ${parameters.window} ${parameters.maxFrame}`];
    expect(eventsOf(other, Buffer.from(vector, "hex"))).toEqual(said);
  });

  test.each(Object.entries(meaning))("%s", (name, { from, write, events }) => {
    const vector = vectors.get(name) ?? "";
    const wire = new NativeWire(from, own);
    expect(hexOf((out) => write(wire, out))).toBe(vector);
    const preface = hexOf((out) => wire.start(out));
    const told = eventsOf(from === "client" ? "server" : "client", Buffer.from(preface + vector, "hex"));
    expect(told.slice(1)).toEqual(events);
  });
});
