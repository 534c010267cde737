// What is measured: names, and how a client is asked for it.

import type { Ack, Shape } from "./bytes.js";
import type { Client, Uploaded } from "./client.js";
import { memoryAfterCollection } from "./memory.js";

export const WORKLOADS = [
  "bulk1",
  "bulk32",
  "bulk1000",
  "openecho",
  "openecho-headers",
  "pingpong",
  "smallwrites",
  "hol",
  "mem",
  "mem100k",
  "openecho-idle",
  "long",
] as const;

export type WorkloadName = (typeof WORKLOADS)[number];

/** Settings of one measurement. */
export interface Measure {
  readonly workload: WorkloadName;
  /** How long the measured part goes on, in seconds. */
  readonly seconds: number;
  /** Idle streams of mem, mem100k and openecho-idle. */
  readonly idle: number;
  /** Round trip of the delay line, in milliseconds. */
  readonly roundTrip: number;
}

/** Named numbers, each with its unit: "MB/s", "p99 ms", "client B". */
export type Metrics = Readonly<Record<string, number>>;

export interface Outcome {
  readonly metrics: Metrics;
  /** Bytes or echoes that were counted and checked in the measured part. */
  readonly counted: number;
}

const KiB = 1024;
const BULK: Shape = { chunk: 64 * KiB, chunks: 4, markMs: 0 };
/** Segments of one write, for only whole ones are sent, and there are a thousand streams. */
const THIN: Shape = { chunk: 64 * KiB, chunks: 1, markMs: 0 };
const SMALL: Shape = { chunk: 64, chunks: 1009, markMs: 0 };
const IN_FLIGHT = 256;
/** The part of a measurement that comes before it, unmeasured, on the same session. */
const WARM_UP = 0.3;
/** Round trips after which a long line must be full. */
const ROUND_TRIPS = 10;

/** Measures one workload. Rejects on the first wrong byte. */
export function run(client: Client, measure: Measure): Promise<Outcome> {
  switch (measure.workload) {
    case "bulk1":
      return bulk(client, measure, BULK, 1);
    case "bulk32":
      return bulk(client, measure, BULK, 32);
    case "bulk1000":
      return bulk(client, measure, THIN, 1000);
    case "smallwrites":
      return smallWrites(client, measure);
    case "openecho":
      return echoes(client, measure, false);
    case "openecho-headers":
      return echoes(client, measure, true);
    case "openecho-idle":
      return client.idle(measure.idle).then(() => echoes(client, measure, false));
    case "pingpong":
      return pingpong(client, measure);
    case "hol":
      return beside(client, measure);
    case "mem":
    case "mem100k":
      return memory(client, measure);
    case "long":
      return long(client, measure);
  }
}

async function bulk(client: Client, { seconds }: Measure, shape: Shape, streams: number): Promise<Outcome> {
  checked(await client.upload(shape, streams, after(seconds * WARM_UP)));
  const { bytes, ms } = checked(await client.upload(shape, streams, after(seconds)));
  return { metrics: { "MB/s": bytes / ms / 1000 }, counted: bytes };
}

async function smallWrites(client: Client, { seconds }: Measure): Promise<Outcome> {
  checked(await client.upload(SMALL, 1, after(seconds * WARM_UP)));
  const { bytes, ms } = checked(await client.upload(SMALL, 1, after(seconds)));
  return { metrics: { "writes/s": bytes / SMALL.chunk / (ms / 1000) }, counted: bytes };
}

async function echoes(client: Client, { seconds }: Measure, headers: boolean): Promise<Outcome> {
  await client.echoes(IN_FLIGHT, headers, after(seconds * WARM_UP));
  const { echoes, ms } = await client.echoes(IN_FLIGHT, headers, after(seconds));
  return { metrics: { "echoes/s": echoes / (ms / 1000) }, counted: echoes };
}

async function pingpong(client: Client, { seconds }: Measure): Promise<Outcome> {
  await client.pingpong(after(seconds * WARM_UP));
  const { echoes, ms } = await client.pingpong(after(seconds));
  return { metrics: { "echoes/s": echoes / (ms / 1000) }, counted: echoes };
}

async function beside(client: Client, { seconds }: Measure): Promise<Outcome> {
  checked((await client.beside(BULK, after(seconds * WARM_UP))).upload);
  const { upload, latencies } = await client.beside(BULK, after(seconds));
  const { bytes, ms } = checked(upload);
  if (latencies.length === 0) throw new Error("The upload left the client no time for a single echo.");
  const sorted = latencies.toSorted((a, b) => a - b);
  const metrics = { "p50 ms": percentile(sorted, 0.5), "p99 ms": percentile(sorted, 0.99), "MB/s": bytes / ms / 1000 };
  return { metrics, counted: bytes + latencies.length };
}

/** What the last three quarters of the streams added: the first grow what a process has once, whatever is open. */
async function memory(client: Client, { idle, seconds }: Measure): Promise<Outcome> {
  await client.echoes(IN_FLIGHT, false, after(seconds * WARM_UP));
  const first = Math.ceil(idle / 4);
  await client.idle(first);
  const serverBefore = await client.serverMemory();
  const before = await memoryAfterCollection();
  await client.idle(idle - first);
  const serverAfter = await client.serverMemory();
  const now = await memoryAfterCollection();
  const each = (bytes: number): number => bytes / (idle - first);
  const metrics = {
    "client B": each(now.rss - before.rss),
    "server B": each(serverAfter.rss - serverBefore.rss),
    "client heap B": each(now.heap - before.heap),
    "server heap B": each(serverAfter.heap - serverBefore.heap),
  };
  return { metrics, counted: idle };
}

/** One upload: what the line carries once it had ten round trips to fill. */
async function long(client: Client, { seconds, roundTrip }: Measure): Promise<Outcome> {
  const markMs = ROUND_TRIPS * roundTrip;
  const { acks } = checked(await client.upload({ ...BULK, markMs }, 1, after(markMs / 1000 + seconds)));
  const [ack] = acks;
  if (ack === undefined || ack.msAfterMark === 0) throw new Error("The upload was over before ten round trips.");
  return { metrics: { "MB/s": ack.bytesAfterMark / ack.msAfterMark / 1000 }, counted: ack.bytes };
}

function after(seconds: number): number {
  return performance.now() + seconds * 1000;
}

function checked(uploaded: Uploaded): Uploaded {
  const sum = (of: (ack: Ack) => number): number => uploaded.acks.reduce((total, ack) => total + of(ack), 0);
  const wrong = sum((ack) => ack.wrong);
  if (wrong > 0) throw new Error(`${wrong} pieces are not what was sent.`);
  const counted = sum((ack) => ack.bytes);
  if (counted !== uploaded.bytes) throw new Error(`${uploaded.bytes} bytes were sent and ${counted} arrived.`);
  return uploaded;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
