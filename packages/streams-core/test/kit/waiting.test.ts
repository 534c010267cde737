// The small pieces that wait for something: promises, aborts, queues of what comes in.

import { describe, expect, test } from "vitest";
import {
  AcceptQueue,
  handled,
  Outcome,
  onAbort,
  READY,
  raceAbort,
  rejected,
  ServerQueue,
} from "../../src/kit/index.js";

const url = new URL("memory://here");

describe("Outcome", () => {
  test("the first of resolve and reject decides, before or after the promise was asked for", async () => {
    const early = new Outcome<number>();
    early.resolve(1);
    early.reject(new Error("late"));
    early.resolve(2);
    expect(await early.promise).toBe(1);
    const late = new Outcome<number>();
    const { promise } = late;
    expect(late.settled).toBe(false);
    late.reject("why");
    late.resolve(3);
    expect(late.settled).toBe(true);
    await expect(promise).rejects.toBe("why");
    expect(late.promise).toBe(promise);
  });

  test("resolves with undefined", async () => {
    const outcome = new Outcome<void>();
    outcome.resolve();
    expect(await outcome.promise).toBeUndefined();
  });
});

describe("promises that nobody listens to", () => {
  test("raise no unhandled rejection", async () => {
    const escaped: unknown[] = [];
    const trap = (error: unknown): void => void escaped.push(error);
    process.on("unhandledRejection", trap);
    try {
      void rejected(new Error("a"));
      void handled(Promise.reject(new Error("b")));
      const outcome = new Outcome<void>();
      void outcome.promise;
      outcome.reject(new Error("c"));
      void raceAbort(READY, AbortSignal.abort(new Error("d")));
      void raceAbort(new Promise(() => {}), AbortSignal.abort(new Error("e")));
      void raceAbort(Promise.reject(new Error("f")), new AbortController().signal);
      void new ServerQueue(url, { stop: () => Promise.reject(new Error("g")), discard() {} }).close();
      void new AcceptQueue((item) => item).accept({ signal: AbortSignal.abort(new Error("h")) });
      await new Promise((resolve) => setImmediate(resolve));
      expect(escaped).toEqual([]);
    } finally {
      process.off("unhandledRejection", trap);
    }
  });
});

describe("raceAbort()", () => {
  test("gives the work's result, and forgets the signal", async () => {
    const controller = new AbortController();
    expect(await raceAbort(Promise.resolve(1), controller.signal)).toBe(1);
    await expect(raceAbort(Promise.reject("why"), controller.signal)).rejects.toBe("why");
    const work = Promise.resolve(2);
    expect(raceAbort(work, undefined)).toBe(work);
  });

  test("rejects with the reason when the signal fires first, and hands over what comes late", async () => {
    const controller = new AbortController();
    let finish: (value: string) => void = () => {};
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const late: string[] = [];
    const race = raceAbort(work, controller.signal, (value) => late.push(value));
    controller.abort("why");
    await expect(race).rejects.toBe("why");
    await expect(raceAbort(work, controller.signal, (value) => late.push(value))).rejects.toBe("why");
    finish("late");
    await work;
    expect(late).toEqual(["late", "late"]);
  });
});

test("onAbort() calls once, or never after it was forgotten", () => {
  const controller = new AbortController();
  const reasons: unknown[] = [];
  onAbort(controller.signal, (reason) => reasons.push(reason));
  onAbort(controller.signal, () => reasons.push("forgotten"))();
  onAbort(undefined, () => reasons.push("no signal"))();
  controller.abort("why");
  expect(reasons).toEqual(["why"]);
});

describe("AcceptQueue", () => {
  test("serves first come, first served, on both sides", async () => {
    const queue = new AcceptQueue<number>((item) => item);
    const waiting = [queue.accept(), queue.accept()];
    expect(queue.wanted).toBe(true);
    for (const item of [1, 2, 3, 4]) queue.push(item);
    expect(await Promise.all(waiting)).toEqual([1, 2]);
    expect(queue.size).toBe(2);
    expect([await queue.accept(), await queue.accept()]).toEqual([3, 4]);
  });

  test("an aborted accept takes nothing", async () => {
    const queue = new AcceptQueue<number>((item) => item);
    const controller = new AbortController();
    const aborted = queue.accept({ signal: controller.signal });
    const next = queue.accept();
    controller.abort("why");
    await expect(aborted).rejects.toBe("why");
    queue.push(1);
    expect(await next).toBe(1);
  });

  test("closing gives null to all, and back what nobody accepted; what is put back is given out", async () => {
    const queue = new AcceptQueue<number>((item) => item);
    const waiting = queue.accept();
    expect(queue.close()).toEqual([]);
    expect(await waiting).toBeNull();
    expect(queue.closed).toBe(true);
    const full = new AcceptQueue<number>((item) => item);
    full.push(1);
    full.push(2);
    expect(full.close()).toEqual([1, 2]);
    full.push(2);
    expect(await full.accept()).toBe(2);
    expect(await full.accept()).toBeNull();
  });

  test("removeWhere takes out what matches and keeps the order of the rest", async () => {
    const queue = new AcceptQueue<number>((item) => item);
    for (const item of [1, 2, 3, 4]) queue.push(item);
    queue.removeWhere((item) => item % 2 === 0);
    expect([await queue.accept(), await queue.accept()]).toEqual([1, 3]);
  });
});

describe("ServerQueue", () => {
  test("stops once, discards what nobody accepted and what comes later", async () => {
    const discarded: number[] = [];
    let stops = 0;
    const server = new ServerQueue<number>(url, {
      stop: () => {
        stops += 1;
      },
      discard: (item) => discarded.push(item),
    });
    for (const item of [1, 2, 3]) server.push(item);
    for await (const item of server) {
      expect(item).toBe(1);
      break;
    }
    expect(await server.accept()).toBe(2);
    await Promise.all([server.close(), server[Symbol.asyncDispose]()]);
    server.push(4);
    expect(discarded).toEqual([3, 4]);
    expect(stops).toBe(1);
    expect(await server.accept()).toBeNull();
  });
});
