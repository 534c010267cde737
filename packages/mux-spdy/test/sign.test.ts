// How two ends of ours recognise each other, and what an original sees of that.

import { type SpdyOptions, spdy } from "mux-spdy";
import { type Conn, memoryPair, type StreamProvider } from "streams-core";
import { expect, onTestFinished, test, vi } from "vitest";
import * as F from "./tools/frames.js";

const SIGNED = F.bytes(F.SIGN, F.ping(1));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

interface Heard {
  readonly session: StreamProvider;
  readonly peer: Conn;
  readonly said: () => string;
}

/** A session, and all that it has said to a peer that says what the test wants. */
function session(role: "client" | "server", options: SpdyOptions = {}): Heard {
  const [near, peer] = memoryPair({ highWaterMark: 1 << 20 });
  const provider = spdy(options)(near, role);
  const chunks: Uint8Array[] = [];
  void (async () => {
    for await (const chunk of peer) chunks.push(chunk);
  })().catch(() => {});
  onTestFinished(async () => {
    peer.reset();
    await provider.close();
  });
  return { session: provider, peer, said: () => hex(F.bytes(...chunks)) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a client signs and pings, and holds its openings until something comes", async () => {
  const { session: client, peer, said } = session("client");
  void client.newStream();
  await turn();
  expect(said()).toBe(hex(SIGNED));
  await peer.write(F.ping(1));
  await client.ready;
  await turn();
  expect(said().slice(hex(SIGNED).length)).toContain("80030001");
  expect(client.features).toMatchObject({ flowControl: "session", drain: false, resetCode: false });
});

test("a server says nothing at all before a client's first frame, also when it opens streams", async () => {
  const { session: server, said } = session("server");
  void server.newStream();
  await turn();
  expect(said()).toBe("");
});

test("a server that is told that its peer is an original does not say anything first either", async () => {
  const { peer, said } = session("server", { peer: "stock" });
  await turn();
  expect(said()).toBe("");
  await peer.write(F.ping(1));
  await turn();
  expect(said()).toBe(hex(F.bytes(F.ping(2), F.ping(1))));
});

test("a server answers the sign with its own, ahead of all else, and the ping that goes with it not at all", async () => {
  const { session: server, peer, said } = session("server");
  await peer.write(SIGNED);
  await server.ready;
  await turn();
  // A ping of its own follows.
  expect(said()).toBe(hex(F.bytes(F.SIGN, F.extension(0, "\x08\0\0\0\0"))));
  expect(server.features).toMatchObject({ headers: "native", flowControl: "stream", drain: true, resetCode: true });
});

test("a server of an original that begins with anything else answers as one itself", async () => {
  const { session: server, peer, said } = session("server");
  await peer.write(F.ping(1));
  await server.ready;
  await turn();
  // Its own ping, and the answer.
  expect(said()).toBe(hex(F.bytes(F.ping(2), F.ping(1))));
});

test.each([
  ["client", 5000],
  ["server", 5000],
] as const)("a %s whose peer says nothing takes it for an original after %i ms", async (role, ms) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { session: provider, said } = session(role);
  void provider.newStream();
  await vi.advanceTimersByTimeAsync(ms - 100);
  await turn();
  expect(said()).not.toContain("80030001");
  // An alarm has a second of grace.
  await vi.advanceTimersByTimeAsync(1200);
  await turn();
  expect(said()).toContain("80030001");
  expect(provider.features.drain).toBe(false);
});

test.each(["client", "server"] as const)(
  "a %s that is told that its peer is an original never signs, and hears no sign",
  async (role) => {
    const { session: provider, peer, said } = session(role, { peer: "stock" });
    const stream = await provider.newStream();
    await peer.write(SIGNED);
    await turn();
    expect(said()).not.toContain("00535452");
    expect(provider.features.drain).toBe(false);
    stream.reset();
  },
);

test.each(["client", "server"] as const)(
  "a %s that is told that its peer is one of ours may open streams before it has heard of it",
  async (role) => {
    const [near, far] = memoryPair();
    const opener = spdy({ peer: "streams" })(near, role);
    const stream = await opener.newStream({ connection: "kept" }, { priority: { urgency: 6 } });
    await turn();
    const accepter = spdy({ peer: "streams" })(far, role === "client" ? "server" : "client");
    onTestFinished(async () => {
      await Promise.all([opener.close(), accepter.close()]);
    });
    await accepter.listen((headers) => ({ accept: headers.get("connection") === "kept" })).accept();
    await stream.opened;
    expect([...accepter.stats().streams()]).toHaveLength(1);
  },
);

test("ends of ours with different profiles agree on windows", async () => {
  const [near, far] = memoryPair();
  const client = spdy({ flowControl: "spdy31" })(near, "client");
  const server = spdy()(far, "server");
  onTestFinished(async () => {
    await Promise.all([client.close(), server.close()]);
  });
  const listener = server.listen();
  const payload = new Uint8Array(3 << 20).fill(7);
  const there = await client.newStream();
  const back = await listener.accept();
  const length = async (conn: Conn): Promise<number> => {
    let bytes = 0;
    for await (const chunk of conn) bytes += chunk.byteLength;
    return bytes;
  };
  const counted = Promise.all([length(there), back === null ? 0 : length(back)]);
  for (const end of [there, back]) void end?.write(payload.slice()).then(() => end.close());
  expect(await counted).toEqual([payload.byteLength, payload.byteLength]);
});
