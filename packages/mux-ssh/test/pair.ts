// Two of our own ends, and the small things that tests do with streams.

import { type Conn, memoryPair, type Stream, type StreamProvider } from "streams-core";
import { type SshOptions, ssh } from "../src/index.js";
import { BOTH } from "./keys.js";

export interface Pair {
  readonly client: StreamProvider;
  readonly server: StreamProvider;
  readonly conns: readonly [Conn, Conn];
}

/** A client and a server that have not said a word yet. */
export function starting(client: SshOptions = {}, server: SshOptions = client): Pair {
  const conns = memoryPair();
  const [a, b] = conns;
  return { client: ssh({ ...BOTH, ...client })(a, "client"), server: ssh({ ...BOTH, ...server })(b, "server"), conns };
}

export async function connected(client: SshOptions = {}, server: SshOptions = client): Promise<Pair> {
  const pair = starting(client, server);
  await Promise.all([pair.client.ready, pair.server.ready]);
  return pair;
}

export async function closed({ client, server }: Pair): Promise<void> {
  await Promise.all([client.close(), server.close()]);
}

export async function all(stream: Stream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function next(session: { accept(): Promise<Stream | null> }): Promise<Stream> {
  const stream = await session.accept();
  if (stream === null) throw new Error("The listener closed.");
  return stream;
}
