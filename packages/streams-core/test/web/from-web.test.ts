import { describe, expect, it } from "vitest";
import { StreamsError } from "../../src/errors.js";
import { memoryPair } from "../../src/memory.js";
import { fromWeb, toWeb, type WebPair } from "../../src/web/index.js";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const turn = (): Promise<void> => new Promise(setImmediate);

/** A Conn over web streams over a Conn, and the peer. */
function bridged(highWaterMark?: number) {
  const [inner, far] = memoryPair(highWaterMark === undefined ? {} : { highWaterMark });
  return { near: fromWeb(toWeb(inner)), far };
}

describe("fromWeb", () => {
  it("carries bytes both ways and each half-close by itself", async () => {
    const { near, far } = bridged();
    await near.write(bytes(1));
    await near.close();
    expect(await far.read()).toEqual(bytes(1));
    expect(await far.read()).toBe(null);
    await far.write(bytes(2));
    await far.close();
    expect(await near.read()).toEqual(bytes(2));
    expect(await near.read()).toBe(null);
    expect(await near.read()).toBe(null);
    await near.closed;
  });

  it("waits for room without an await and keeps the order", async () => {
    const { near, far } = bridged(4);
    const writes = Array.from({ length: 50 }, (_, i) => near.write(bytes(i)));
    const closing = near.close();
    const seen: number[] = [];
    for await (const chunk of far) seen.push(...chunk);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await Promise.all([...writes, closing]);
  });

  it("stops writing while the peer does not read", async () => {
    const { near, far } = bridged(4);
    let written = 0;
    const writing = (async () => {
      for (; written < 100; written += 1) await near.write(bytes(1, 2, 3, 4));
    })();
    await turn();
    await turn();
    expect(written).toBeLessThan(10);
    let read = 0;
    while (read < 400) read += (await far.read())?.byteLength ?? 0;
    await writing;
  });

  it("stops asking the readable at the high water mark", async () => {
    let pulled = 0;
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(100));
        },
      },
      { highWaterMark: 0 },
    );
    const conn = fromWeb({ readable, writable: new WritableStream() }, { highWaterMark: 250 });
    await turn();
    expect(pulled).toBe(3);
    await conn.read();
    await turn();
    expect(pulled).toBe(4);
  });

  it("asks the readable for one chunk at a time, also while a read waits", async () => {
    let pulled = 0;
    let give: (chunk: Uint8Array) => void = () => {};
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          return new Promise<void>((resolve) => {
            give = (chunk) => {
              controller.enqueue(chunk);
              resolve();
            };
          });
        },
      },
      { highWaterMark: 0 },
    );
    const conn = fromWeb({ readable, writable: new WritableStream() }, { highWaterMark: 1 });
    const reads = [conn.read()];
    for (let i = 0; i < 3; i += 1) {
      await turn();
      give(bytes(i));
      await reads.at(-1);
      reads.push(conn.read());
    }
    await turn();
    give(bytes(3));
    await reads.at(-1);
    await turn();
    expect(pulled).toBe(5);
    give(bytes(4));
    await turn();
    expect(pulled).toBe(5);
  });

  it("loses nothing when a read is aborted, and sends nothing when a waiting write is", async () => {
    const { near, far } = bridged(1);
    const reading = new AbortController();
    const read = near.read({ signal: reading.signal });
    reading.abort("not now");
    await expect(read).rejects.toBe("not now");
    await far.write(bytes(5));
    expect(await near.read()).toEqual(bytes(5));

    const writes = [near.write(bytes(1)), near.write(bytes(2)), near.write(bytes(3))];
    const writing = new AbortController();
    const aborted = near.write(bytes(4), { signal: writing.signal });
    writing.abort("too slow");
    await expect(aborted).rejects.toBe("too slow");
    void near.write(bytes(6));
    void near.close();
    const seen: number[] = [];
    for await (const chunk of far) seen.push(...chunk);
    expect(seen).toEqual([1, 2, 3, 6]);
    await Promise.all(writes);
  });

  it("resets both directions, with the code where the streams lead to a Conn again", async () => {
    const codes: (number | undefined)[] = [];
    const [inner] = memoryPair();
    const reset = inner.reset.bind(inner);
    inner.reset = (code) => {
      codes.push(code);
      reset();
    };
    const near = fromWeb(toWeb(inner));
    near.reset(7);
    expect(codes[0]).toBe(7);
    await expect(near.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: false });
    await expect(near.write(bytes(1))).rejects.toMatchObject({ code: "ERR_RESET" });
    await expect(near.closed).rejects.toMatchObject({ code: "ERR_RESET" });
  });

  it("gives what had arrived, then the peer's reset, and rejects writes at once", async () => {
    const { near, far } = bridged();
    await far.write(bytes(1));
    far.reset();
    await expect(near.closed).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    await expect(near.write(bytes(2))).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    expect(await near.read()).toEqual(bytes(1));
    await expect(near.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  it("notices the peer's reset after its own half-close, though nobody reads", async () => {
    const { near, far } = bridged();
    await near.close();
    far.reset();
    await expect(near.closed).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  it("gives any other error of a stream as the cause of ERR_TRANSPORT_LOST and tells the other stream", async () => {
    const fault = new Error("cable cut");
    let aborted: unknown;
    const pair: WebPair = {
      readable: new ReadableStream({ pull: () => Promise.reject(fault) }),
      writable: new WritableStream({
        abort(reason) {
          aborted = reason;
        },
      }),
    };
    const conn = fromWeb(pair);
    await expect(conn.read()).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST", cause: fault });
    await expect(conn.closed).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    expect(aborted).toBeInstanceOf(StreamsError);
  });

  it("rejects what waits when the writable fails", async () => {
    const fault = new Error("disk full");
    let fail: (reason: unknown) => void = () => {};
    const writable = new WritableStream<Uint8Array>({
      write: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    });
    const conn = fromWeb({ readable: new ReadableStream(), writable });
    void conn.write(bytes(1));
    const waiting = conn.write(bytes(2));
    const closing = conn.close();
    await turn();
    fail(fault);
    await expect(waiting).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST", cause: fault });
    await expect(closing).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
    await expect(conn.write(bytes(3))).rejects.toMatchObject({ code: "ERR_TRANSPORT_LOST" });
  });

  it("rejects a second read and a write after close", async () => {
    const { near } = bridged();
    void near.read();
    await expect(near.read()).rejects.toMatchObject({ code: "ERR_READ_PENDING" });
    await near.close();
    await expect(near.write(bytes(1))).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  it("resets when disposed before close, and refuses locked streams", async () => {
    const { near, far } = bridged();
    await near[Symbol.asyncDispose]();
    await expect(far.read()).rejects.toMatchObject({ code: "ERR_RESET" });
    const readable = new ReadableStream<Uint8Array>();
    readable.getReader();
    expect(() => fromWeb({ readable, writable: new WritableStream() })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});
