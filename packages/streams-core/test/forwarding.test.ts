import { describe, expect, test } from "vitest";
import { ForwardingListener, ForwardingProvider, ForwardingStream, memoryPair, type Stream } from "../src/index.js";
import { bytes, text } from "./helpers/failure.js";
import { toy } from "./helpers/toy.js";

const session = async () => {
  const [a, b] = memoryPair();
  const [client, server] = [toy(a, "client"), toy(b, "server")];
  await Promise.all([client.ready, server.ready]);
  return { client, server };
};

class Counting extends ForwardingStream {
  written = 0;

  override write(chunk: Uint8Array): Promise<void> {
    this.written += chunk.byteLength;
    return super.write(chunk);
  }
}

class CountingProvider extends ForwardingProvider {
  readonly wrapped: string[] = [];

  protected override wrapStream(stream: Stream, opener: "local" | "remote"): Stream {
    this.wrapped.push(opener);
    return new Counting(stream);
  }
}

describe("forwarding", () => {
  test("a wrapper that overrides nothing is the session", async () => {
    const { client, server } = await session();
    const [near, far] = [new ForwardingProvider(client), new ForwardingProvider(server)];
    expect(near.features).toBe(client.features);
    expect(near.ready).toBe(client.ready);
    expect(near.closed).toBe(client.closed);
    expect(near.stats().streamsOpen).toBe(1);
    const inner = await client.newStream();
    const stream = new ForwardingStream(inner);
    expect([stream.id, stream.headers, stream.opened, stream.closed]).toEqual([
      inner.id,
      inner.headers,
      inner.opened,
      inner.closed,
    ]);
    await stream.write(bytes("hello"));
    const accepted = await far.listen().accept();
    expect(text((await accepted?.read()) ?? null)).toBe("hello");
    await expect(near.ping()).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    await near.close();
    expect(await near.closed).toMatchObject({ remote: false });
  });

  test("every stream is wrapped once, whoever opened it, and accept's null is not", async () => {
    const { client, server } = await session();
    const [near, far] = [new CountingProvider(client), new CountingProvider(server)];
    const listener = far.listen();
    const [stream, accepted] = await Promise.all([near.newStream(), listener.accept()]);
    expect([near.wrapped, far.wrapped]).toEqual([["local"], ["remote"]]);
    await stream.write(bytes("four"));
    expect(stream instanceof Counting && stream.written).toBe(4);
    expect(accepted).toBeInstanceOf(Counting);
    await listener.close();
    expect(await listener.accept()).toBeNull();
    expect(far.wrapped).toHaveLength(1);
  });

  test("for await over a wrapped stream uses the wrapper's read, and over a wrapped listener its accept", async () => {
    const { client, server } = await session();
    class Loud extends ForwardingStream {
      override async read(): Promise<Uint8Array | null> {
        const chunk = await super.read();
        return chunk && bytes(text(chunk)?.toUpperCase() ?? "");
      }
    }
    await (await client.newStream()).write(bytes("quiet"));
    for await (const stream of new ForwardingListener(server.listen(), (inner) => new Loud(inner))) {
      for await (const chunk of stream) {
        expect(text(chunk)).toBe("QUIET");
        break;
      }
      break;
    }
  });

  test("a rejection that nobody listens to stays handled", async () => {
    const escaped: unknown[] = [];
    const trap = (error: unknown): void => void escaped.push(error);
    process.on("unhandledRejection", trap);
    try {
      const { client, server } = await session();
      const signal = AbortSignal.abort(new Error("ignored"));
      void new ForwardingListener(server.listen()).accept({ signal });
      await client.close();
      void new ForwardingProvider({ ...client, newStream: () => Promise.reject(new Error("ignored")) }).newStream();
      await new Promise((resolve) => setImmediate(resolve));
      expect(escaped).toEqual([]);
    } finally {
      process.off("unhandledRejection", trap);
    }
  });
});
