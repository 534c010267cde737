import { type Conn, memory, memoryPair } from "streams-core";
import { describe, expect, test } from "vitest";
import { connSuite, type Faults, faulty, faultyConn, runnerOf } from "../src/index.js";
import { RELAY } from "./reference/relay.js";

const pair = (faults: Faults): [Conn, Conn] => {
  const [near, far] = memoryPair();
  return [near, faultyConn(far, faults)];
};

connSuite(runnerOf({ describe, test }), {
  name: "memory() in slices of 1,000 bytes",
  features: { ...RELAY, cut: false },
  limits: { unread: 256 * 1024 },
  scale: 1 / 64,
  async pair() {
    const transport = faulty(memory(), { slice: 1000 });
    const server = await transport.serve(new URL("memory://here"));
    const [near, far] = await Promise.all([transport.dial(server.url), server.accept()]);
    if (far === null) throw new Error("the server was closed");
    return { near, far, cut() {}, dispose: () => server.close() };
  },
});

describe("a faulty connection", () => {
  test("gives no more than a slice at a time", async () => {
    const [near, far] = pair({ slice: 3 });
    void near.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
    void near.close();
    const pieces: number[][] = [];
    for await (const piece of far) pieces.push([...piece]);
    expect(pieces).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });

  test("gives each chunk late, and loses none to an abort meanwhile", async () => {
    const [near, far] = pair({ latency: 20 });
    void near.write(Uint8Array.of(1));
    const begin = performance.now();
    const controller = new AbortController();
    const aborted = far.read({ signal: controller.signal });
    controller.abort("why");
    await expect(aborted).rejects.toBe("why");
    expect([...((await far.read()) ?? [])]).toEqual([1]);
    expect(performance.now() - begin).toBeGreaterThan(15);
  });

  test("gives no more bytes a second than its bandwidth, and not much less", async () => {
    const [near, far] = pair({ bandwidth: 100_000 });
    const begin = performance.now();
    void near.write(new Uint8Array(20_000));
    void near.close();
    let length = 0;
    for await (const piece of far) {
      expect(piece.byteLength).toBeLessThanOrEqual(1000);
      length += piece.byteLength;
      // What came, but for one piece and the 10 ms that are made up for, takes its time.
      expect(performance.now() - begin).toBeGreaterThan((length - 2000) / 100 - 1);
    }
    expect(length).toBe(20_000);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  test("leaves no timer behind when it is reset", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const slow = pair({ bandwidth: 1 });
    const late = pair({ latency: 100_000 });
    for (const [near, far] of [slow, late]) {
      void near.write(new Uint8Array(10));
      void far.read();
      await new Promise((resolve) => setImmediate(resolve));
      void far.read().catch(() => {});
    }
    expect(timers()).toBe(before + 2);
    for (const [, far] of [slow, late]) far.reset();
    expect(timers()).toBe(before);
  });

  test("stalls after so many bytes, until it is reset", async () => {
    const [near, far] = pair({ stallAfter: 2 });
    void near.write(Uint8Array.of(1, 2, 3));
    void near.close();
    expect([...((await far.read()) ?? [])]).toEqual([1, 2]);
    let settled = false;
    const stalled = far.read().finally(() => {
      settled = true;
    });
    stalled.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    far.reset();
    await expect(stalled).rejects.toMatchObject({ code: "ERR_RESET" });
  });

  test("breaks after so many bytes, at both ends", async () => {
    const [near, far] = pair({ breakAfter: 2 });
    void near.write(Uint8Array.of(1, 2, 3));
    expect([...((await far.read()) ?? [])]).toEqual([1, 2]);
    await expect(far.read()).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await expect(near.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  test.each([
    { latency: 0 },
    { bandwidth: 0 },
    { bandwidth: 1.5 },
    { slice: 0 },
    { stallAfter: -1 },
    { breakAfter: Number.NaN },
  ])("%j is refused", (faults) => {
    expect(() => faulty(memory(), faults)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});
