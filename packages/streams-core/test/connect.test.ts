import { describe, expect, test, vi } from "vitest";
import { firstOf } from "../src/first-of.js";
import { type Backend, type Backends, connect, memory, over, StreamsError, serve } from "../src/index.js";
import { bytes, failure, text } from "./helpers/failure.js";
import { toy } from "./helpers/toy.js";

async function talk(url: string, backends: Backends): Promise<void> {
  await using server = await serve(url, backends);
  const [client, accepted] = await Promise.all([connect(server.url, backends), server.accept()]);
  await (await client.newStream()).write(bytes("hello"));
  const far = await accepted?.listen().accept();
  expect(text((await far?.read()) ?? null)).toBe("hello");
}

describe("connect() and serve()", () => {
  test("take a whole backend by its scheme", () => talk("toy://here", { toy: over(toy, memory()) }));

  test("put the parts of a scheme together", () => talk("toy+memory://here", { toy, memory: memory() }));

  test("put a mux over a mux together", () => talk("toy+toy+memory://here", { toy, memory: memory() }));

  test("put a mux over a whole backend together", () => talk("toy+base://here", { toy, base: over(toy, memory()) }));

  test("prefer the whole scheme to its parts", async () => {
    const wrong = memory();
    await talk("toy+memory://here", { toy, memory: wrong, "toy+memory": over(toy, memory()) });
    await failure(connect("toy+other://here", { toy, other: wrong }), "ERR_UNREACHABLE");
  });

  test("load a part when it is first used, and no other", async () => {
    const other = vi.fn(() => over(toy, memory()));
    const transport = memory();
    await talk("toy+memory://here", { toy: () => toy, memory: async () => transport, other: () => other() });
    expect(other).not.toHaveBeenCalled();
  });

  test("an unknown scheme names itself and the known ones", async () => {
    for (const work of [
      connect("nativ+tcp://x", { native: toy, tcp: memory() }),
      serve("nativ+tcp://x", { native: toy, tcp: memory() }),
    ]) {
      const error = await failure(work, "ERR_SCHEME_UNKNOWN");
      expect(error.message).toContain('"nativ"');
      expect(error.message).toContain("native, tcp");
    }
  });

  test("names of Object.prototype are unknown schemes", async () => {
    await failure(connect("constructor://x", {}), "ERR_SCHEME_UNKNOWN");
    await failure(connect("toy+constructor://x", { toy }), "ERR_SCHEME_UNKNOWN");
  });

  test.each(["memory+toy://x", "memory://x", "toy://x", "memory+memory://x"])(
    "%s does not fit together",
    async (url) => {
      const error = await failure(connect(url, { toy, memory: memory() }), "ERR_SCHEME_UNKNOWN");
      expect(error.message).toContain("transport");
    },
  );

  test("text that is no URL says how to write one", async () => {
    expect((await failure(connect("here:", {}), "ERR_SCHEME_UNKNOWN")).message).toContain("here");
    expect((await failure(connect("127.0.0.1:80", {}), "ERR_SCHEME_UNKNOWN")).message).toContain("native+tcp://");
    expect((await failure(serve("", {}), "ERR_SCHEME_UNKNOWN")).message).toContain("native+tcp://");
  });

  test("a list gives the first session that comes", async () => {
    const backends = { toy, memory: memory() };
    await using server = await serve("toy+memory://second", backends);
    const accepting = server.accept();
    const client = await connect(["toy+memory://first", "toy+memory://second"], backends);
    expect(await accepting).not.toBeNull();
    await client.close();
  });

  test("an error below passes through unchanged for one URL, and is a cause for a list", async () => {
    const failing: Backend = {
      ...over(toy, memory()),
      connect: () => Promise.reject(new StreamsError("ERR_AUTH_FAILED", "no")),
    };
    await failure(connect("one://x", { one: failing }), "ERR_AUTH_FAILED");
    const error = await failure(connect(["one://x", "two://x"], { one: failing }), "ERR_UNREACHABLE");
    const { cause } = error;
    expect(cause instanceof AggregateError && cause.errors.map((one: StreamsError) => one.code)).toEqual([
      "ERR_AUTH_FAILED",
      "ERR_SCHEME_UNKNOWN",
    ]);
  });
});

describe("firstOf()", () => {
  const discard = (): void => {};
  const never = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

  test("an empty list is ERR_UNREACHABLE", async () => {
    await failure(firstOf([], discard, undefined), "ERR_UNREACHABLE");
  });

  test("the next attempt starts 250 ms after the one before it, or when that failed", async () => {
    vi.useFakeTimers();
    try {
      const started: number[] = [];
      const begin = Date.now();
      const attempt =
        (work: () => Promise<string>) =>
        (signal: AbortSignal | undefined): Promise<string> => {
          started.push(Date.now() - begin);
          return Promise.race([work(), never(signal)]);
        };
      const hangs = (): Promise<string> => new Promise(() => {});
      const fails = (): Promise<string> => Promise.reject(new Error("no"));
      const first = firstOf(
        [attempt(hangs), attempt(fails), attempt(hangs), attempt(async () => "won")],
        discard,
        undefined,
      );
      await vi.advanceTimersByTimeAsync(249);
      expect(started).toEqual([0]);
      await vi.advanceTimersByTimeAsync(1);
      expect(started).toEqual([0, 250, 250]);
      await vi.advanceTimersByTimeAsync(250);
      expect(await first).toBe("won");
      expect(started).toEqual([0, 250, 250, 500]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("the losers are aborted, and what they still give is discarded", async () => {
    const late: string[] = [];
    let finish: (value: string) => void = () => {};
    let aborted = false;
    const slow = (signal: AbortSignal | undefined): Promise<string> => {
      signal?.addEventListener("abort", () => {
        aborted = true;
      });
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const fails = (): Promise<string> => Promise.reject(new Error("first fails so that the others start"));
    const won = await firstOf([fails, slow, async () => "won"], (value) => late.push(value), undefined).catch(String);
    expect(won).toBe("won");
    expect(aborted).toBe(true);
    finish("late");
    await Promise.resolve();
    expect(late).toEqual(["late"]);
  });

  test("an abort rejects with its reason, aborts the attempts and leaves no timer", async () => {
    vi.useFakeTimers();
    try {
      const controller = new AbortController();
      const signals: (AbortSignal | undefined)[] = [];
      const attempt = (signal: AbortSignal | undefined): Promise<string> => {
        signals.push(signal);
        return never(signal);
      };
      const first = firstOf([attempt, attempt], discard, controller.signal);
      const reason = new Error("stop");
      controller.abort(reason);
      await expect(first).rejects.toBe(reason);
      expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
      expect(vi.getTimerCount()).toBe(0);
      await expect(firstOf([attempt, attempt], discard, controller.signal)).rejects.toBe(reason);
      expect(signals).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
