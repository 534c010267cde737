// Connected sessions for the tests, over memory and over TCP sockets.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Conn, memoryPair, type Stream, type StreamProvider, StreamsError } from "streams-core";
import { fromDuplex } from "streams-core/node";
import { type Http2Options, http2 } from "../src/index.js";

export interface Pair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
  readonly near: Conn;
  readonly far: Conn;
}

/** @param path of a Unix socket; TCP without */
export async function sockets(path?: string): Promise<[Socket, Socket]> {
  const listening = createServer({ allowHalfOpen: true });
  listening.listen(path === undefined ? { port: 0, host: "127.0.0.1" } : { path });
  await once(listening, "listening");
  const address = listening.address();
  if (address === null) throw new Error("no address");
  const where = typeof address === "string" ? { path: address } : { port: address.port, host: "127.0.0.1" };
  const near = connect({ ...where, allowHalfOpen: true });
  const [[far]] = await Promise.all([once(listening, "connection"), once(near, "connect")]);
  listening.close();
  return [near, far];
}

async function tcpConns(): Promise<[Conn, Conn]> {
  const [near, far] = await sockets();
  return [fromDuplex(near), fromDuplex(far)];
}

/** Over a Unix socket, which holds less than any other; on Windows over TCP. */
export async function unixConns(): Promise<[Conn, Conn]> {
  if (process.platform === "win32") return tcpConns();
  const folder = await mkdtemp(join(tmpdir(), "streams-"));
  const [near, far] = await sockets(join(folder, "socket"));
  await rm(folder, { recursive: true });
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
