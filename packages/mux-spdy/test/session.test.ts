// Sessions towards an original that is said by hand: what floods it, what it leaves unread, what its options are.

import { type SpdyOptions, spdy } from "mux-spdy";
import { type Conn, isStreamsError, memoryPair, type StreamProvider, type StreamsError } from "streams-core";
import { expect, onTestFinished, test } from "vitest";
import * as F from "./tools/frames.js";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function server(options: SpdyOptions = {}): { session: StreamProvider; peer: Conn; said: () => Uint8Array } {
  const [near, peer] = memoryPair({ highWaterMark: 1 << 20 });
  const session = spdy({ peer: "stock", ...options })(near, "server");
  const chunks: Uint8Array[] = [];
  void (async () => {
    for await (const chunk of peer) chunks.push(chunk);
  })().catch(() => {});
  onTestFinished(async () => {
    peer.reset();
    await session.close();
  });
  return { session, peer, said: () => F.bytes(...chunks) };
}

async function failure(session: StreamProvider): Promise<StreamsError> {
  const error: unknown = await session.closed.then(String, (reason: unknown) => reason);
  if (!isStreamsError(error)) throw error;
  return error;
}

test("row 8: headers that are added to a stream without end are a flood", async () => {
  const { session, peer } = server();
  session.listen();
  const headers = new F.Headers31();
  await peer.write(await headers.open(1));
  // The dictionary is done with: a block of nothing but one header may come again and again.
  const more = F.control(8, 0, F.u32(1), [0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
  for (let i = 0; i < 20; i += 1) {
    void peer.write(F.bytes(...Array.from({ length: 100 }, () => more)));
    await turn();
  }
  expect(await failure(session)).toMatchObject({ code: "ERR_CALM", remote: true });
});

test("row 25: without windows what nobody reads is bounded by maxBufferedBytes, and what waits at the peer comes when it is read", async () => {
  const { session, peer } = server({ maxBufferedBytes: 100_000 });
  const listener = session.listen();
  const headers = new F.Headers31();
  await peer.write(await headers.open(1));
  await peer.write(await headers.open(3));
  const [first, second] = [await listener.accept(), await listener.accept()];
  let written = 0;
  const writing = (async () => {
    for (; written < 5_000_000; written += 10_000)
      await peer.write(F.data(written % 20_000 === 0 ? 1 : 3, new Uint8Array(10_000)));
  })();
  for (let i = 0; i < 200; i += 1) await turn();
  const unread = [...session.stats().streams()].reduce((sum, stream) => sum + stream.unread, 0);
  expect(unread).toBeGreaterThanOrEqual(100_000);
  expect(unread).toBeLessThan(130_000);
  expect(written).toBeLessThan(2_000_000);
  const counts = [0, 0];
  const read = async (i: 0 | 1, stream: typeof first): Promise<void> => {
    while ((counts[i] ?? 0) < 2_500_000) counts[i] = (counts[i] ?? 0) + ((await stream?.read())?.byteLength ?? 0);
  };
  await Promise.all([writing, read(0, first), read(1, second)]);
  expect(counts).toEqual([2_500_000, 2_500_000]);
});

test.each(["reply", "reset"] as const)("a refusal by a %s is said so", async (refusal) => {
  const { session, peer, said } = server({ refusal });
  session.listen(() => ({ accept: false, headers: { why: "no" } }));
  await peer.write(await new F.Headers31().open(1));
  await turn();
  const text = Buffer.from(said()).toString("hex");
  expect(text.includes("80030002")).toBe(refusal === "reply");
  expect(text.endsWith("80030003000000080000000100000003")).toBe(true);
});

test.each(["reply", "reset"] as const)(
  "a stream that is accepted and reset at once is replied to first, with refusal %s or not",
  async (refusal) => {
    const { session, peer, said } = server({ refusal });
    const listener = session.listen();
    await peer.write(await new F.Headers31().open(1));
    (await listener.accept())?.reset(6);
    await turn();
    const text = Buffer.from(said()).toString("hex");
    expect(text.includes("80030002")).toBe(refusal === "reply");
    expect(text.endsWith("80030003000000080000000100000006")).toBe(true);
  },
);

test.each([
  { flowControl: "some" },
  { refusal: "never" },
  { peer: "anybody" },
  { maxBufferedBytes: 0 },
  { maxBufferedBytes: 1.5 },
  { signTimeout: -1 },
])("the options %o are refused where they are given", (options) => {
  expect(() => spdy(options as SpdyOptions)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
});
