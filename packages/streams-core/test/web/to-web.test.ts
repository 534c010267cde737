import { describe, expect, it } from "vitest";
import { memoryPair } from "../../src/memory.js";
import { toWeb } from "../../src/web/index.js";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("toWeb", () => {
  it("reads what the peer wrote, then the end", async () => {
    const [near, far] = memoryPair();
    await far.write(bytes(1, 2));
    await far.write(bytes(3));
    await far.close();
    const seen: number[] = [];
    for await (const chunk of toWeb(near).readable) seen.push(...chunk);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("asks the connection only when somebody reads", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1 });
    const { readable } = toWeb(near);
    await far.write(bytes(1));
    let wrote = false;
    const second = far.write(bytes(2)).then(() => {
      wrote = true;
    });
    await new Promise(setImmediate);
    expect(wrote).toBe(false);
    await readable.getReader().read();
    await second;
  });

  it.each(["default", "byob"])("leaves alone what else lies in the pool of a Buffer, for a %s reader", async (mode) => {
    const [near, far] = memoryPair();
    const chunk = Buffer.from("chunk");
    const neighbour = Buffer.from("neighbour");
    expect(neighbour.buffer).toBe(chunk.buffer);
    const { readable } = toWeb(near);
    const reading =
      mode === "byob" ? readable.getReader({ mode: "byob" }).read(new Uint8Array(2)) : readable.getReader().read();
    // Only when it is asked for: what waits to be read is copied on the way.
    await new Promise(setImmediate);
    await far.write(chunk);
    const first = await reading;
    expect(Buffer.from(first.value ?? []).toString()).toBe(mode === "byob" ? "ch" : "chunk");
    expect(neighbour.toString()).toBe("neighbour");
    expect(chunk.toString()).toBe("chunk");
  });

  it("gives both branches of a tee everything, in buffers of their own", async () => {
    const [near, far] = memoryPair();
    await far.write(Buffer.from("both"));
    await far.close();
    const [one, two] = toWeb(near).readable.tee();
    const texts = await Promise.all([new Response(one).text(), new Response(two).text()]);
    expect(texts).toEqual(["both", "both"]);
  });

  it("resets the connection when both branches of a tee are cancelled, and not when one is", async () => {
    const [near, far] = memoryPair();
    const [one, two] = toWeb(near).readable.tee();
    const cancelled = one.cancel();
    await far.write(bytes(1));
    const reader = two.getReader();
    expect((await reader.read()).value).toEqual(bytes(1));
    await reader.cancel();
    await cancelled;
    await expect(far.closed).rejects.toMatchObject({ code: "ERR_RESET" });
  });

  it("fills the buffer of a BYOB reader and keeps what does not fit for the next read", async () => {
    const [near, far] = memoryPair();
    const reader = toWeb(near).readable.getReader({ mode: "byob" });
    await far.write(bytes(1, 2, 3, 4, 5));
    await far.close();
    const first = await reader.read(new Uint8Array(3));
    expect(first.value).toEqual(bytes(1, 2, 3));
    expect((await reader.read(new Uint8Array(8))).value).toEqual(bytes(4, 5));
    expect((await reader.read(new Uint8Array(8))).done).toBe(true);
  });

  it("ends a BYOB read that waits when the peer half-closes", async () => {
    const [near, far] = memoryPair();
    const reader = toWeb(near).readable.getReader({ mode: "byob" });
    const waiting = reader.read(new Uint8Array(4));
    await far.close();
    expect((await waiting).done).toBe(true);
  });

  it("leaves the buffers of the writer usable", async () => {
    const [near, far] = memoryPair();
    const reader = toWeb(near).readable.getReader();
    const chunk = bytes(7);
    await far.write(chunk);
    await far.write(chunk);
    expect((await reader.read()).value).toEqual(bytes(7));
    expect((await reader.read()).value).toEqual(bytes(7));
    expect(chunk.byteLength).toBe(1);
  });

  it("writes views and buffers, waits while the peer reads nothing, and half-closes", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1 });
    const { readable, writable } = toWeb(near);
    const writer = (writable as WritableStream<unknown>).getWriter();
    await writer.write(bytes(1));
    let wrote = false;
    const second = writer.write(new Uint16Array([2])).then(() => {
      wrote = true;
    });
    const closing = writer.close();
    await new Promise(setImmediate);
    expect(wrote).toBe(false);
    expect(await far.read()).toEqual(bytes(1));
    expect(await far.read()).toEqual(bytes(2, 0));
    expect(await far.read()).toBe(null);
    await Promise.all([second, closing]);
    await far.write(bytes(9));
    expect((await readable.getReader().read()).value).toEqual(bytes(9));
  });

  it("resets the connection when the readable is cancelled", async () => {
    const [near, far] = memoryPair();
    await toWeb(near).readable.cancel("enough");
    await expect(far.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  it("resets the connection when the writable is aborted, even while a write waits", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1 });
    const writer = toWeb(near).writable.getWriter();
    await writer.write(bytes(1));
    const stuck = writer.write(bytes(2));
    stuck.catch(() => {});
    await writer.abort(new Error("no more"));
    await expect(stuck).rejects.toBeDefined();
    expect(await far.read()).toEqual(bytes(1));
    await expect(far.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  it("fails both streams with the connection's own error, after what had arrived", async () => {
    const [near, far] = memoryPair();
    const { readable, writable } = toWeb(near);
    await far.write(bytes(1));
    far.reset();
    const writer = writable.getWriter();
    await expect(writer.closed).rejects.toMatchObject({ name: "StreamsError", code: "ERR_RESET" });
    await expect(writer.write(bytes(2))).rejects.toMatchObject({ code: "ERR_RESET" });
    const reader = readable.getReader();
    expect((await reader.read()).value).toEqual(bytes(1));
    await expect(reader.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  it("refuses what is not bytes and resets, so that the peer never sees a clean end", async () => {
    const [near, far] = memoryPair();
    const writer = (toWeb(near).writable as WritableStream<unknown>).getWriter();
    await expect(writer.write("text")).rejects.toThrow(TypeError);
    await expect(far.read()).rejects.toMatchObject({ code: "ERR_RESET" });
  });
});
