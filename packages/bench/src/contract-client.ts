// The workloads over the contract, as its users write them.

import type { Stream, StreamProvider } from "streams-core";
import {
  ACK_SIZE,
  type Ack,
  decodeAck,
  decodeNumbers,
  ECHO,
  ECHO_SIZE,
  IDLE,
  MEMORY,
  Messages,
  type Shape,
  SINK,
  SMALL_SIZE,
  Source,
  sameBytes,
} from "./bytes.js";
import {
  type Beside,
  type Client,
  type Echoed,
  type Memory,
  REPLY_HEADER,
  REPLY_VALUE,
  REQUEST_HEADERS,
  type Uploaded,
} from "./client.js";

export class ContractClient implements Client {
  readonly #session: StreamProvider;
  readonly #kept: Stream[] = [];

  constructor(session: StreamProvider) {
    this.#session = session;
  }

  async upload(shape: Shape, streams: number, until: number): Promise<Uploaded> {
    const sources = Array.from({ length: streams }, () => new Source(SINK, shape, until));
    const began = performance.now();
    const acks = await Promise.all(sources.map((source) => this.#send(source)));
    const ms = performance.now() - began;
    return { acks, ms, bytes: sources.reduce((sum, source) => sum + source.bytes, 0) };
  }

  async #send(source: Source): Promise<Ack> {
    const stream = await this.#session.newStream();
    await stream.write(source.head);
    for (let chunk = source.next(); chunk !== undefined; chunk = source.next()) await stream.write(chunk);
    const ack = decodeAck(await readExactly(stream, ACK_SIZE));
    await stream.close();
    return ack;
  }

  async echoes(inFlight: number, headers: boolean, until: number): Promise<Echoed> {
    const messages = new Messages(ECHO, ECHO_SIZE);
    const began = performance.now();
    let echoes = 0;
    const one = headers
      ? () => echoWithHeaders(this.#session, messages.next())
      : () => echo(this.#session, messages.next());
    const worker = async (): Promise<void> => {
      do {
        await one();
        echoes += 1;
      } while (performance.now() < until);
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return { echoes, ms: performance.now() - began };
  }

  async pingpong(until: number): Promise<Echoed> {
    const messages = new Messages(ECHO, SMALL_SIZE);
    const stream = await this.#session.newStream();
    const began = performance.now();
    let echoes = 0;
    do {
      const message = messages.next();
      await stream.write(message);
      await expectBytes(stream, message);
      echoes += 1;
    } while (performance.now() < until);
    const ms = performance.now() - began;
    await stream.close();
    return { echoes, ms };
  }

  async beside(shape: Shape, until: number): Promise<Beside> {
    const stream = await this.#session.newStream();
    const uploading = this.upload(shape, 1, until);
    const messages = new Messages(ECHO, SMALL_SIZE);
    const expected = new Messages(ECHO, SMALL_SIZE);
    const sent: number[] = [];
    const latencies: number[] = [];
    const ticks = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const now = performance.now();
        if (now >= until) {
          clearInterval(timer);
          return resolve();
        }
        sent.push(now);
        void stream.write(messages.next());
        if (sent.length === latencies.length + 1) void readAnswers();
      }, 1);
    });
    let reading = Promise.resolve();
    const readAnswers = (): Promise<void> => {
      reading = (async () => {
        while (latencies.length < sent.length) {
          await expectBytes(stream, expected.next());
          latencies.push(performance.now() - (sent[latencies.length] ?? 0));
        }
      })();
      return reading;
    };
    const upload = await uploading;
    await ticks;
    await reading;
    await stream.close();
    return { upload, latencies };
  }

  async idle(streams: number): Promise<void> {
    const message = Uint8Array.of(IDLE);
    const all = this.#kept.length + streams;
    const worker = async (): Promise<void> => {
      while (this.#kept.length < all) {
        const stream = await this.#session.newStream();
        this.#kept.push(stream);
        await stream.write(message);
        await expectBytes(stream, message);
      }
    };
    await Promise.all(Array.from({ length: 64 }, worker));
  }

  async serverMemory(): Promise<Memory> {
    const stream = await this.#session.newStream();
    await stream.write(Uint8Array.of(MEMORY));
    const [rss = 0, heap = 0] = decodeNumbers(await readExactly(stream, ACK_SIZE));
    await stream.close();
    return { rss, heap };
  }
}

async function echo(session: StreamProvider, message: Uint8Array): Promise<void> {
  const stream = await session.newStream();
  await stream.write(message);
  void stream.close();
  await expectRest(stream, message);
}

async function echoWithHeaders(session: StreamProvider, message: Uint8Array): Promise<void> {
  const stream = await session.newStream(REQUEST_HEADERS);
  await stream.write(message);
  void stream.close();
  const reply = await stream.opened;
  if (reply.get(REPLY_HEADER) !== REPLY_VALUE) throw new Error("The reply header is missing.");
  await expectRest(stream, message);
}

/** Reads to the end. */
async function expectRest(stream: Stream, message: Uint8Array): Promise<void> {
  let got = 0;
  for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) {
    if (!sameBytes(chunk, message, got)) throw new Error("An echo is not what was sent.");
    got += chunk.byteLength;
  }
  if (got !== message.byteLength) throw new Error(`An echo ended after ${got} bytes.`);
}

/** Messages of one stream that may be answered together, one after another. */
async function expectBytes(stream: Stream, message: Uint8Array): Promise<void> {
  for (let got = 0; got < message.byteLength; ) {
    const chunk = takeRest(stream, message.byteLength - got) ?? (await readSome(stream, message.byteLength - got));
    if (!sameBytes(chunk, message, got)) throw new Error("An answer is not what was sent.");
    got += chunk.byteLength;
  }
}

const rests = new WeakMap<Stream, Uint8Array>();

/** What an earlier read gave beyond its message. */
function takeRest(stream: Stream, size: number): Uint8Array | undefined {
  const rest = rests.get(stream);
  if (rest === undefined) return undefined;
  if (rest.byteLength <= size) rests.delete(stream);
  else rests.set(stream, rest.subarray(size));
  return rest.subarray(0, size);
}

async function readSome(stream: Stream, size: number): Promise<Uint8Array> {
  const chunk = await stream.read();
  if (chunk === null) throw new Error("A stream ended early.");
  if (chunk.byteLength > size) rests.set(stream, chunk.subarray(size));
  return chunk.subarray(0, size);
}

async function readExactly(stream: Stream, size: number): Promise<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array(0);
  while (bytes.byteLength < size) bytes = Buffer.concat([bytes, await readSome(stream, size - bytes.byteLength)]);
  return bytes;
}
