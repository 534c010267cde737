// mux-yamux against yamux-js. What that takes is little: a frame of data must come in one chunk of the transport, and it has no eyes for
// an end or a reset of ours. What it can do must work, and what it cannot must harm neither the session nor this end.

import type { Duplex } from "node:stream";
import { yamux } from "mux-yamux";
import { type Conn, memoryPair, type StreamProvider } from "streams-core";
import { expect, onTestFinished, test } from "vitest";
import { Client, Server } from "yamux-js";
import { randomBytes, readAll, seeded } from "../src/bytes.js";
import { nextOf } from "../src/common/link.js";

const CONFIG = { enableKeepAlive: false, logger: () => {} };

interface Pair<Theirs> {
  readonly ours: StreamProvider;
  readonly theirs: Theirs;
}

function withClient(): Pair<Client> {
  const [near, far] = memoryPair();
  return joined(yamux()(near, "server"), new Client(CONFIG), far);
}

function withServer(onStream: (stream: Duplex) => void): Pair<Server> {
  const [near, far] = memoryPair();
  return joined(yamux()(near, "client"), new Server(onStream, CONFIG), far);
}

function joined<Theirs extends Duplex>(ours: StreamProvider, theirs: Theirs, conn: Conn): Pair<Theirs> {
  theirs.on("data", (chunk: Buffer) => void conn.write(new Uint8Array(chunk)));
  theirs.on("end", () => void conn.close());
  theirs.on("error", () => {});
  const reading = (async () => {
    for await (const chunk of conn) theirs.write(chunk);
    await conn.close();
  })();
  reading.catch(() => {});
  onTestFinished(async () => {
    await ours.close();
    conn.reset();
  });
  return { ours, theirs };
}

/** So many bytes that yamux-js read: it gives no end. */
async function read(stream: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let got = 0;
  while (got < length) {
    const chunk = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
    chunks.push(chunk);
    got += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}

test.each([1, 60_000])("%i bytes of a stream that yamux-js opens come back, and its end is one", async (length) => {
  const { ours, theirs } = withClient();
  const listener = ours.listen();
  const stream = theirs.open();
  const back = read(stream, length);
  stream.write(randomBytes(1, length));
  stream.close();
  const accepted = await nextOf(listener);
  const got: Uint8Array[] = [];
  for await (const chunk of accepted) got.push(chunk);
  // Back in one frame, for it takes no other.
  await accepted.write(Buffer.concat(got));
  await accepted.close();
  expect(Buffer.compare(await back, randomBytes(1, length))).toBe(0);
  await accepted.closed;
});

test.each([1, 60_000])("%i bytes of a stream that we open come back", async (length) => {
  const { ours } = withServer((stream) => {
    stream.on("data", (chunk) => stream.write(chunk));
  });
  const stream = await ours.newStream();
  await stream.write(randomBytes(2, length));
  const { sha256 } = await readAll(stream, length);
  expect(sha256).toBe(seeded(2, length).sha256);
  stream.reset();
  expect(ours.features.headers).toBe("none");
});

test("our end and our reset, which yamux-js does not see, end no session", async () => {
  const { ours } = withServer((stream) => {
    stream.on("data", (chunk) => stream.write(chunk));
  });
  const ended = await ours.newStream();
  await ended.close();
  const gone = await ours.newStream();
  gone.reset(7);
  const stream = await ours.newStream();
  await stream.write(randomBytes(3, 100));
  expect((await readAll(stream, 100)).sha256).toBe(seeded(3, 100).sha256);
  ended.reset();
  stream.reset();
  expect(ours.stats().streamsOpen).toBe(0);
});

test("a ping of ours is answered, and its close of the session is an end", async () => {
  const { ours, theirs } = withClient();
  await ours.ping();
  theirs.close();
  expect(await ours.closed).toEqual({ code: 0, reason: "", remote: true });
});
