import { afterEach, expect, test } from "vitest";
import { http2 } from "../src/index.js";
import { bytes, CONNS, connected, end, failure, next, type Pair, pair } from "./pairs.js";

const open: Pair[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await end(one);
});

async function session(...parameters: Parameters<typeof pair>): Promise<Pair> {
  const made = await pair(...parameters);
  open.push(made);
  return made;
}

test("both ends know each other, and then both open streams", async () => {
  const { client, server } = await session();
  expect([client.features.opens, server.features.opens]).toEqual(["both", "both"]);
});

test("parked requests are no streams of the application", async () => {
  const { client, server } = await session();
  await Promise.all([client.ping(), server.ping()]);
  expect([client.stats().streamsOpen, server.stats().streamsOpen]).toEqual([0, 0]);
  expect([...server.stats().streams()]).toEqual([]);
});

test("a server opens a stream before the handshake, and many more than are parked", async () => {
  const [near, far] = await CONNS.tcp();
  const server = http2()(far, "server");
  const early = await server.newStream({ n: "0" });
  await early.write(bytes("early"));
  const client = http2({ parked: 1 })(near, "client");
  open.push({ client, server, near, far });
  const listener = client.listen();
  const streams = [early];
  for (let i = 1; i < 300; i += 1) streams.push(await server.newStream({ n: String(i) }));
  const seen = new Set<string | null>();
  for (let i = 0; i < 128; i += 1) {
    const stream = await listener.accept();
    seen.add(stream?.headers.get("n") ?? null);
    if (i === 0) expect(stream && (await next(stream))).toBe("early");
  }
  expect(seen.size).toBe(128);
});

test("a parked request saves the round trip: the stream arrives with its first bytes in one flight", async () => {
  const { client, server } = await session();
  await Promise.all([client.ping(), server.ping()]);
  const listener = client.listen();
  const before = client.stats().bytesOut;
  const near = await server.newStream();
  void near.write(bytes("at once"));
  const far = await listener.accept();
  expect(far && (await next(far))).toBe("at once");
  // One request was parked anew, and the answer sent; nothing was asked before the stream came.
  expect(client.stats().bytesOut - before).toBeLessThan(200);
});

test("a stream that is reset while it waits for a parked request is never seen", async () => {
  const [near, far] = await CONNS.memory();
  const server = http2()(far, "server");
  const gone = await server.newStream({ n: "gone" });
  const kept = await server.newStream({ n: "kept" });
  gone.reset();
  const client = http2()(near, "client");
  open.push({ client, server, near, far });
  expect((await client.listen().accept())?.headers.get("n")).toBe("kept");
  await kept.opened;
  expect(client.stats().streamsAccepted).toBe(1);
});

test("more opens than may wait are refused at once, retry-safe", async () => {
  const [near, far] = await CONNS.memory();
  const server = http2({ maxQueuedOpens: 2 })(far, "server");
  await server.newStream();
  await server.newStream();
  const third = await server.newStream();
  expect(await failure(third.opened)).toMatchObject({ code: "ERR_REFUSED", retryable: true });
  expect(server.stats().streamsOpen).toBe(2);
  const client = http2()(near, "client");
  open.push({ client, server, near, far });
});

test("told to treat the peer as any other program, neither end opens from the server", async () => {
  const { client, server } = await session(CONNS.memory, { peer: "stock" });
  expect([client.features.opens, server.features.opens]).toEqual(["client", "client"]);
  expect((await failure(server.newStream())).code).toBe("ERR_UNSUPPORTED");
  const [near, far] = await connected(client, server);
  await near.write(bytes("x"));
  expect(await next(far)).toBe("x");
});

test("streams of the peer beyond the limit are refused, retry-safe, and those of either end do not take the place of the other's", async () => {
  const { client, server } = await session(CONNS.memory, { maxInboundStreams: 3 });
  const [there, here] = [server.listen(), client.listen()];
  const kept = [];
  for (let i = 0; i < 3; i += 1) {
    kept.push(await client.newStream(), await there.accept(), await server.newStream(), await here.accept());
  }
  for (const end of [client, server]) {
    const stream = await end.newStream();
    expect(await failure(stream.opened)).toMatchObject({ code: "ERR_REFUSED", remote: true, retryable: true });
  }
  expect(kept).not.toContain(null);
});
