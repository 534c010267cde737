// The heartbeat that a session of muxado 2 is told of.

import { muxado } from "mux-muxado";
import { memoryPair, type StreamProvider } from "streams-core";
import { expect, onTestFinished, test, vi } from "vitest";

function pair(
  peer: "stock" | "streams",
  far: Parameters<typeof muxado>[0],
): { beats: unknown[]; client: StreamProvider } {
  vi.useFakeTimers();
  const beats: unknown[] = [];
  const [near, other] = memoryPair();
  const heartbeat = { interval: 100, tolerance: 300, onBeat: (roundTrip: unknown): unknown => beats.push(roundTrip) };
  const client = muxado({ peer, heartbeat })(near, "client");
  const server = muxado({ peer, ...far })(other, "server");
  onTestFinished(async () => {
    await Promise.all([client.close(), server.close(), vi.runAllTimersAsync()]);
    vi.useRealTimers();
  });
  return { beats, client };
}

test.each(["stock", "streams"] as const)(
  "every beat that a peer (%s) answers is told, with its round trip",
  async (peer) => {
    const { beats } = pair(peer, { typed: true });
    await vi.advanceTimersByTimeAsync(1050);
    expect(beats.length).toBe(10);
    expect(beats.every((beat) => typeof beat === "number" && beat < 10)).toBe(true);
  },
);

test("a beat that nobody answers is told once, and none follows it", async () => {
  const { beats, client } = pair("stock", {});
  await vi.advanceTimersByTimeAsync(399);
  expect(beats).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(beats).toEqual([undefined]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(beats).toEqual([undefined]);
  expect(client.stats().streamsOpen).toBe(0);
});

test("a closed session beats no more, and leaves no timer", async () => {
  const { beats, client } = pair("stock", { typed: true });
  await vi.advanceTimersByTimeAsync(250);
  expect(beats.length).toBe(2);
  const closing = client.close();
  await vi.advanceTimersByTimeAsync(2000);
  await closing;
  expect(beats.length).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  [{ heartbeat: { interval: 0 } }, /heartbeat.interval/],
  [{ heartbeat: { tolerance: -1 } }, /heartbeat.tolerance/],
  [{ heartbeat: { type: 2 ** 32 } }, /heartbeat.type/],
  [{ maxWindowSize: 1000 }, /maxWindowSize/],
  [{ typed: false, heartbeat: {} }, /typed/],
])("the options %o are refused", (options, message) => {
  expect(() => muxado(options)).toThrow(message);
});
