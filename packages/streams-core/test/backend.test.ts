import { describe, expect, test } from "vitest";
import { type Conn, type Mux, memory, memoryPair, nest, over, StreamsError, type Transport } from "../src/index.js";
import { bytes, failure, text } from "./helpers/failure.js";
import { silent, toy } from "./helpers/toy.js";

const url = new URL("memory://here");

/** A transport whose dialled connections are known to the test. */
function dialling(conn: Conn): Transport {
  return { ...memory(), dial: async () => conn };
}

describe("over()", () => {
  test("connects sessions whose handshake is done", async () => {
    const backend = over(toy, memory());
    await using server = await backend.serve(url);
    const [client, accepted] = await Promise.all([backend.connect(url), server.accept()]);
    const stream = await client.newStream();
    await stream.write(bytes("hello"));
    const far = await accepted?.listen().accept();
    expect(text((await far?.read()) ?? null)).toBe("hello");
  });

  test("a failed handshake rejects, and resets the connection", async () => {
    const [near, far] = memoryPair();
    await far.write(bytes("HTTP/1.1 400 Bad Request"));
    await failure(over(toy, dialling(near)).connect(url), "ERR_WRONG_PROTOCOL");
    await far.read();
    await failure(far.read(), "ERR_RESET");
  });

  test("an aborted handshake rejects with the signal's reason, and resets the connection", async () => {
    const [near, far] = memoryPair();
    const controller = new AbortController();
    const connecting = over(toy, dialling(near)).connect(url, { signal: controller.signal });
    await far.read();
    const reason = new Error("too slow");
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await failure(far.read(), "ERR_RESET");
  });

  test("a mux that throws resets the connection", async () => {
    const [near, far] = memoryPair();
    const broken: Mux = (_conn, _role) => {
      throw new StreamsError("ERR_OPTION_INVALID", "no");
    };
    await failure(over(broken, dialling(near)).connect(url), "ERR_OPTION_INVALID");
    await failure(far.read(), "ERR_RESET");
  });

  test("a server tells of connections that became no session, and goes on", async () => {
    const transport = memory();
    const rejected: unknown[] = [];
    const backend = over(toy, transport, {
      onRejected: (error) => {
        rejected.push(error);
        throw error;
      },
    });
    await using server = await backend.serve(url);
    const stranger = await transport.dial(url);
    await stranger.write(bytes("?"));
    await stranger.read();
    await failure(stranger.read(), "ERR_RESET");
    const [client] = await Promise.all([backend.connect(url), server.accept()]);
    expect(client).toBeDefined();
    expect(rejected).toEqual([expect.objectContaining({ code: "ERR_WRONG_PROTOCOL" })]);
  });

  test("a slow handshake holds up no other, and closing the server ends it", async () => {
    const transport = memory();
    const backend = over(toy, transport);
    const server = await backend.serve(url);
    const slow = await transport.dial(url);
    await Promise.all([backend.connect(url), server.accept()]);
    await slow.read();
    await server.close();
    await failure(slow.read(), "ERR_RESET");
    expect(await server.accept()).toBeNull();
  });

  test("many slow handshakes at once raise no warning, and all end with the server", async () => {
    const warnings: unknown[] = [];
    const warned = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", warned);
    const transport = memory();
    const server = await over(toy, transport).serve(url);
    const slow = await Promise.all(Array.from({ length: 50 }, () => transport.dial(url)));
    for (const conn of slow) await conn.read();
    await server.close();
    for (const conn of slow) await failure(conn.read(), "ERR_RESET");
    // Warnings are told in a later tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });

  test("closing the server ends the session that nobody accepted", async () => {
    const backend = over(toy, memory());
    const server = await backend.serve(url);
    const client = await backend.connect(url);
    const stream = await client.newStream();
    await server.close();
    await failure(stream.read(), "ERR_RESET");
  });

  test("of too many handshakes at once the oldest is given up: who does nothing keeps nobody out", async () => {
    const transport = memory();
    let tell: (error: unknown) => void = () => {};
    const told = new Promise<unknown>((resolve) => {
      tell = resolve;
    });
    await using _server = await over(toy, transport, { maxHandshakes: 2, onRejected: tell }).serve(url);
    const oldest = await transport.dial(url);
    await transport.dial(url);
    await transport.dial(url);
    await failure(oldest.closed, "ERR_RESET");
    expect(await told).toMatchObject({ code: "ERR_CALM", remote: true });
    await failure((async () => over(toy, transport, { maxHandshakes: 0 }))(), "ERR_OPTION_INVALID");
  });

  test("who is told may throw, and the server goes on all the same", async () => {
    const transport = memory();
    const tell = (): never => {
      throw new Error("a careless listener");
    };
    await using server = await over(toy, transport, { maxHandshakes: 1, onRejected: tell }).serve(url);
    const oldest = await transport.dial(url);
    await transport.dial(url);
    await failure(oldest.closed, "ERR_RESET");
    await using client = await over(toy, transport).connect(url);
    expect(await server.accept()).not.toBeNull();
    expect(client).toBeDefined();
  });

  test("when the transport's server fails, accept gives null and the error is told", async () => {
    const broken = new Error("no more descriptors");
    const below = memory();
    const transport: Transport = {
      ...below,
      serve: async (at, o) => {
        const server = await below.serve(at, o);
        return Object.assign(Object.create(server), {
          url: server.url,
          close: () => server.close(),
          [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }),
        });
      },
    };
    const told: unknown[] = [];
    const server = await over(toy, transport, { onRejected: (error) => void told.push(error) }).serve(url);
    expect(await server.accept()).toBeNull();
    expect(told).toEqual([broken]);
  });
});

describe("nest()", () => {
  test("runs a mux over a stream of another, two deep", async () => {
    const backend = over(toy, nest(over(toy, nest(over(toy, memory())))));
    await using server = await backend.serve(url);
    const [client, accepted] = await Promise.all([backend.connect(url), server.accept()]);
    const stream = await client.newStream();
    await stream.write(bytes("deep"));
    const far = await accepted?.listen().accept();
    expect(text((await far?.read()) ?? null)).toBe("deep");
  });

  test("the session below ends with its stream", async () => {
    const transport = memory();
    await using server = await transport.serve(url);
    const dialled = nest(over(toy, transport)).dial(url);
    const below = await server.accept();
    await below?.write(bytes("!"));
    const conn = await dialled;
    await below?.read();
    conn.reset();
    expect(below && (await failure(below.read(), "ERR_RESET"))).toBeTruthy();
  });

  test("a stream that cannot be opened ends the session below", async () => {
    let closed = 0;
    const refusing: Mux = (conn, role) => ({
      ...toy(conn, role),
      ready: Promise.resolve(),
      newStream: () => Promise.reject(new StreamsError("ERR_SESSION_DRAINING", "no")),
      close: async () => {
        closed += 1;
      },
    });
    await failure(nest(over(refusing, dialling(silent()))).dial(url), "ERR_SESSION_DRAINING");
    expect(closed).toBe(1);
  });

  test("closing the server stops the sessions below from giving connections, and lets the accepted live", async () => {
    const transport = nest(over(toy, memory()));
    const server = await transport.serve(url);
    const [near, far] = await Promise.all([transport.dial(url), server.accept()]);
    await server.close();
    expect(await server.accept()).toBeNull();
    await near.write(bytes("alive"));
    expect(text((await far?.read()) ?? null)).toBe("alive");
    await failure(transport.dial(url), "ERR_UNREACHABLE");
  });
});
