// Connected sessions for the tests, over memory and over TCP sockets.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type Conn, memoryPair, type Stream, type StreamProvider, StreamsError } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { type Http2Options, http2 } from "../src/index.js";

export interface Pair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
  readonly near: Conn;
  readonly far: Conn;
}

export async function sockets(): Promise<[Socket, Socket]> {
  const listening = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const near = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
  const [[far]] = await Promise.all([once(listening, "connection"), once(near, "connect")]);
  listening.close();
  return [near, far];
}

async function tcpConns(): Promise<[Conn, Conn]> {
  const [near, far] = await sockets();
  return [fromDuplex(near), fromDuplex(far)];
}

export const CONNS = { memory: async () => memoryPair(), tcp: tcpConns };

export async function pair(
  conns: () => Promise<[Conn, Conn]> = CONNS.memory,
  options: Http2Options = {},
  serverOptions = options,
): Promise<Pair> {
  const [near, far] = await conns();
  const client = http2(options)(near, "client");
  const server = http2(serverOptions)(far, "server");
  await Promise.all([client.ready, server.ready]);
  return { client, server, near, far };
}

export async function end({ client, server }: Pair): Promise<void> {
  await Promise.all([client.close(), server.close()]);
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function text(stream: Conn): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function next(stream: Conn): Promise<string | null> {
  const chunk = await stream.read();
  return chunk === null ? null : Buffer.from(chunk).toString();
}

/** The StreamsError that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<StreamsError> {
  const error = await promise.then(
    (value) => new Error(`It gave ${String(value)} and no error.`),
    (reason) => reason,
  );
  if (error instanceof StreamsError) return error;
  throw error;
}

/** A stream from one end to the other. */
export async function connected(opener: StreamProvider, accepter: StreamProvider): Promise<[Stream, Stream]> {
  const listener = accepter.listen();
  const near = await opener.newStream();
  const far = await listener.accept();
  if (far === null) throw new Error("no stream arrived");
  return [near, far];
}
