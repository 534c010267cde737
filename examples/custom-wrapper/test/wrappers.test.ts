import { native } from "mux-native";
import { ForwardingProvider, isStreamsError, memoryPair, type StreamProvider } from "streams-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { heartbeat } from "../src/heartbeat.js";
import { logging } from "../src/logging.js";

function pair(): [StreamProvider, StreamProvider] {
  const [near, far] = memoryPair();
  return [native()(near, "client"), native()(far, "server")];
}

describe("logging", () => {
  test("tells who opened a stream, what went each way, and that it ended", async () => {
    const lines: string[] = [];
    const [inner, peer] = pair();
    const session = logging((line) => lines.push(line))(inner);
    const inbound = peer.listen().accept();
    const stream = await session.newStream();
    await stream.write(new Uint8Array(5));
    await stream.close();
    const far = await inbound;
    await far?.write(new Uint8Array(3));
    await far?.close();
    for await (const _ of stream);
    await stream.closed;
    expect(lines).toEqual([
      `stream ${stream.id}: opened by the local end`,
      `stream ${stream.id}: ended; wrote 5, read 3`,
    ]);
    await session.close();
  });

  test("tells the code that a stream of the peer's failed with", async () => {
    const lines: string[] = [];
    const [inner, peer] = pair();
    const session = logging((line) => lines.push(line))(inner);
    const inbound = session.listen().accept();
    const far = await peer.newStream();
    const stream = await inbound;
    far.reset();
    await stream?.closed.catch(() => {});
    expect(lines).toEqual([
      `stream ${stream?.id}: opened by the remote end`,
      `stream ${stream?.id}: failed with ERR_RESET; wrote 0, read 0`,
    ]);
    await session.close();
  });
});

describe("heartbeat", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("calls back with the round trip after every interval, and leaves no timer when the session ends", async () => {
    const [inner] = pair();
    const beats: number[] = [];
    const session = heartbeat({ interval: 1_000, timeout: 500, onBeat: (ms) => beats.push(ms) })(inner);
    await session.ready;
    const others = vi.getTimerCount();
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.waitFor(() => expect(beats).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.waitFor(() => expect(beats).toHaveLength(2));
    expect(beats.every((ms) => ms >= 0)).toBe(true);
    expect(others).toBeGreaterThan(0);
    await session.close();
    await session.closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("closes the session of a peer that does not answer, with a typed error for its streams", async () => {
    class Mute extends ForwardingProvider {
      override ping(): Promise<number> {
        return new Promise(() => {});
      }
    }
    const [inner] = pair();
    const session = heartbeat({ interval: 1_000, timeout: 500 })(new Mute(inner));
    const stream = await session.newStream();
    const read = stream.read().catch((error) => error);
    await session.ready;
    await vi.advanceTimersByTimeAsync(1_499);
    const before = await Promise.race([session.closed, Promise.resolve("open")]);
    await vi.advanceTimersByTimeAsync(1);
    expect(before).toBe("open");
    expect(await session.closed).toMatchObject({ reason: "no heartbeat within 500 ms", remote: false });
    expect(isStreamsError(await read, "ERR_SESSION_CLOSED")).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
