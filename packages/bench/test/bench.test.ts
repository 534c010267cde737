import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { decodeAck, Messages, MIXED, Mixed, type Shape, SINK, Sink, Source, smallMessages } from "../src/bytes.js";
import type { Client } from "../src/client.js";
import { optionsOf } from "../src/options.js";
import { type Row, summarise } from "../src/rows.js";
import { tableOf } from "../src/table.js";
import { run } from "../src/workloads.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const shape: Shape = { chunk: 1000, chunks: 3, markMs: 0 };

async function bench(...args: string[]): Promise<{ rows: Row[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--json", ...args]);
  return JSON.parse(stdout);
}

describe("a run", () => {
  test("gives a row for each peer, workload and round, with the bytes that were counted and checked", async () => {
    const peers = ["raw", "native", "http2"];
    const { rows } = await bench(
      "--peer",
      peers.join(),
      "--workload",
      "bulk1,openecho",
      "--rounds",
      "1",
      "--seconds",
      "0.05",
    );
    expect(rows.filter((row) => row.failed !== undefined)).toEqual([]);
    expect(rows.map((row) => `${row.workload} ${row.peer}`)).toEqual(
      ["bulk1", "openecho"].flatMap((workload) => peers.map((peer) => `${workload} ${peer}`)),
    );
    for (const row of rows) {
      // An upload ends with a whole segment, and each of the 256 in flight makes one echo at least.
      if (row.workload === "bulk1") expect(row.counted % (4 * 65_536)).toBe(0);
      expect(row.counted).toBeGreaterThanOrEqual(256);
    }
  });

  test("rotates the order of the peers from round to round, and draws a chart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "streams-bench-test-"));
    try {
      const svg = join(folder, "chart.svg");
      const { rows } = await bench(
        "--peer",
        "raw,native",
        "--workload",
        "pingpong",
        "--rounds",
        "2",
        "--seconds",
        "0.02",
        "--svg",
        svg,
      );
      expect(rows.map((row) => row.peer)).toEqual(["raw", "native", "native", "raw"]);
      expect(readFileSync(svg, "utf8")).toContain("pingpong, echoes/s");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("that fails says why, and ends with an exit code other than 0", async () => {
    const failed = bench("--peer", "raw", "--workload", "hol", "--rounds", "1", "--seconds", "0.0001");
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("no time for a single echo"),
    });
  });

  test("names the peers and workloads that there are when asked for another", () => {
    expect(() => optionsOf(["--peer", "carrier-pigeon"])).toThrow(/no peer "carrier-pigeon"; there are raw, .*native/);
    expect(() => optionsOf(["--workload", "bulk2"])).toThrow(/no workload "bulk2"; there are bulk1/);
    expect(() => optionsOf(["--rounds", "0"])).toThrow("--rounds");
  });
});

describe("the check of the bytes", () => {
  test("finds nothing wrong with an upload cut at any place", () => {
    for (const size of [1, 7, 999, 1000, 1001, 8999]) {
      expect(ackOf(cut(upload(3), size))).toMatchObject({ bytes: 9000, wrong: 0 });
    }
  });

  test("finds a chunk that came in another's place, one that is missing and one that came twice", () => {
    const [a, b, c, ...rest] = upload(3);
    if (a === undefined || b === undefined || c === undefined) throw new Error("There are nine chunks.");
    expect(ackOf([a, c, b, ...rest])?.wrong).toBeGreaterThan(0);
    expect(ackOf([a, c, ...rest])?.wrong).toBeGreaterThan(0);
    expect(ackOf([a, b, b, c, ...rest])?.wrong).toBeGreaterThan(0);
  });

  test("finds bytes that follow the end", () => {
    expect(ackOf([Buffer.concat([...upload(1), Uint8Array.of(0)])])?.wrong).toBe(1);
  });

  test("takes small messages out of a mixed line and gives them back", () => {
    const source = new Source(MIXED, { ...shape, chunks: 1 }, Number.NEGATIVE_INFINITY);
    const small = smallMessages().next();
    const back: Uint8Array[] = [];
    const mixed = new Mixed({ ...shape, chunks: 1 }, (piece) => back.push(piece));
    const line = Buffer.concat([small, small, source.next() ?? small]);
    const answers = cut([line], 50).map((piece) => mixed.take(piece));
    expect(Buffer.concat(back)).toEqual(Buffer.concat([small, small]));
    expect(decodeAck(answers.at(-1) ?? new Uint8Array(32))).toMatchObject({ bytes: 1000, wrong: 0 });
  });

  test("tells each of 251 messages from the others", () => {
    const messages = new Messages(1, 64);
    const seen = new Set(Array.from({ length: 502 }, () => Buffer.from(messages.next()).toString("hex")));
    expect(seen.size).toBe(251);
  });

  test("fails a measurement whose receiver counted other bytes than were sent, or wrong ones", async () => {
    const measure = { workload: "bulk1", seconds: 0.01, idle: 1, roundTrip: 1 } as const;
    const ack = { bytes: 999, wrong: 0, bytesAfterMark: 0, msAfterMark: 0 };
    await expect(run(clientThatSays(ack), measure)).rejects.toThrow("1000 bytes were sent and 999 arrived.");
    await expect(run(clientThatSays({ ...ack, bytes: 1000, wrong: 2 }), measure)).rejects.toThrow("2 pieces");
  });
});

describe("the summary", () => {
  const row = (peer: string, round: number, value: number): Row => ({
    workload: "bulk1",
    peer,
    round,
    metrics: { "MB/s": value },
    counted: 1,
  });
  const rows = [
    row("raw", 0, 100),
    row("native", 0, 90),
    row("native", 1, 30),
    row("raw", 1, 40),
    row("raw", 2, 10),
    row("native", 2, 11),
  ];

  test("has medians, and ratios to the raw socket of the same round", () => {
    const native = summarise(rows).find((one) => one.peer === "native");
    expect(native).toMatchObject({ median: 30, min: 11, max: 90, ratio: 0.9 });
  });

  test("is a table that names what failed", () => {
    const failed: Row = { workload: "bulk1", peer: "http2", round: 2, metrics: {}, counted: 0, failed: "It broke." };
    const text = tableOf(summarise(rows), [...rows, failed]);
    expect(text).toContain("| native | 30.0 (11.0–90.0) **0.90** |");
    expect(text).toContain("| http2 | – |");
    expect(text).toContain("http2, bulk1, round 3 failed: It broke.");
  });
});

/** The chunks of an upload of so many segments. */
function upload(segments: number): Uint8Array[] {
  const endless = new Source(SINK, shape, Number.POSITIVE_INFINITY);
  const last = new Source(SINK, shape, Number.NEGATIVE_INFINITY);
  return Array.from({ length: segments * shape.chunks }, (_, i) => {
    const chunk = (i < (segments - 1) * shape.chunks ? endless : last).next();
    if (chunk === undefined) throw new Error("A source gives whole segments.");
    return chunk;
  });
}

function ackOf(pieces: readonly Uint8Array[]): ReturnType<typeof decodeAck> | undefined {
  const sink = new Sink(shape);
  for (const piece of pieces) {
    const ack = sink.take(piece);
    if (ack !== undefined) return decodeAck(ack);
  }
  return undefined;
}

function cut(pieces: readonly Uint8Array[], size: number): Uint8Array[] {
  const all = Buffer.concat(pieces);
  return Array.from({ length: Math.ceil(all.byteLength / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

function clientThatSays(ack: ReturnType<typeof decodeAck>): Client {
  const unused = (): never => {
    throw new Error("This measurement only uploads.");
  };
  return {
    upload: async () => ({ acks: [ack], bytes: 1000, ms: 1 }),
    echoes: unused,
    pingpong: unused,
    beside: unused,
    idle: unused,
    serverMemory: unused,
  };
}
