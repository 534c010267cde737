// The server of every peer that keeps the contract, as its users write it.

import type { Server, Stream, StreamHandler, StreamProvider } from "streams-core";
import { ECHO, encodeNumbers, HEAD_SIZE, IDLE, MEMORY, SINK, Sink, shapeOf } from "./bytes.js";
import { REPLY_HEADER, REPLY_VALUE } from "./client.js";
import { memoryAfterCollection } from "./memory.js";
import { fail } from "./pipe.js";

/** Serves sessions until the process ends. */
export async function serveSessions(server: Server<StreamProvider>, headers: boolean): Promise<void> {
  for await (const session of server) serveSession(session, headers).catch(fail);
}

/** @param headers whether every stream is answered with a header */
export async function serveSession(session: StreamProvider, headers: boolean): Promise<void> {
  const reply: StreamHandler = () => ({ accept: true, headers: { [REPLY_HEADER]: REPLY_VALUE } });
  for await (const stream of session.listen(headers ? reply : undefined)) serveStream(stream).catch(fail);
}

const kept: Stream[] = [];

async function serveStream(stream: Stream): Promise<void> {
  const first = await stream.read();
  if (first === null) return stream.close();
  switch (first[0]) {
    case ECHO:
      return echo(stream, first);
    case SINK:
      return upload(stream, first);
    case IDLE:
      kept.push(stream);
      return stream.write(first);
    case MEMORY: {
      const { rss, heap } = await memoryAfterCollection();
      await stream.write(encodeNumbers(rss, heap, 0, 0));
      return stream.close();
    }
    default:
      throw new Error(`A stream begins with ${first[0]}, which means nothing.`);
  }
}

async function echo(stream: Stream, first: Uint8Array): Promise<void> {
  for (let chunk: Uint8Array | null = first; chunk !== null; chunk = await stream.read()) await stream.write(chunk);
  await stream.close();
}

async function upload(stream: Stream, first: Uint8Array): Promise<void> {
  let head = first;
  while (head.byteLength < HEAD_SIZE) head = Buffer.concat([head, await more(stream)]);
  const sink = new Sink(shapeOf(head));
  return receive(stream, sink, sink.take(head.subarray(HEAD_SIZE)));
}

/** Keeps no chunk while it waits for the next: a thousand streams would keep a thousand times the 64 KiB behind it. */
async function receive(stream: Stream, sink: Sink, answer: Uint8Array | undefined): Promise<void> {
  let ack = answer;
  while (ack === undefined) ack = sink.take(await more(stream));
  await stream.write(ack);
  await stream.close();
}

async function more(stream: Stream): Promise<Uint8Array> {
  const chunk = await stream.read();
  if (chunk === null) throw new Error("An upload ended before its final segment.");
  return chunk;
}
