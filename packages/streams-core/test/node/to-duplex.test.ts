import { createHash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { buffer, text } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Conn, memoryPair, StreamsError } from "streams-core";
import { fromDuplex, toDuplex } from "streams-core/node";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { bytes, text as decoded } from "../helpers/failure.js";
import { socketPair } from "./sockets.js";

describe("the duplex", () => {
  test("end is half-close: the other direction goes on", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    duplex.end("question");
    expect(decoded(await far.read())).toBe("question");
    expect(await far.read()).toBeNull();
    expect(duplex.readyState).toBe("readOnly");
    await far.write(bytes("answer"));
    await far.close();
    expect(await text(duplex)).toBe("answer");
    await near.closed;
    expect(duplex.readyState).toBe("closed");
  });

  test("the peer's end leaves our direction open", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    await far.close();
    duplex.resume();
    await once(duplex, "end");
    expect(duplex.readyState).toBe("writeOnly");
    duplex.end("still here");
    expect(decoded(await far.read())).toBe("still here");
  });

  test("a peer that does not read stops the writer, and its reading drains it", async () => {
    const [near, far] = memoryPair({ highWaterMark: 100 });
    const duplex = toDuplex(near, { highWaterMark: 100 });
    let written = 0;
    while (duplex.write(Buffer.alloc(50))) written += 50;
    await nextTurn();
    expect(written).toBeLessThanOrEqual(200);
    expect(duplex.writableNeedDrain).toBe(true);
    const drained = once(duplex, "drain");
    void (async () => {
      for await (const _ of far);
    })();
    await drained;
  });

  test("a duplex nobody reads from takes no more than its high water mark from the connection", async () => {
    const [near, far] = memoryPair({ highWaterMark: 100 });
    const duplex = toDuplex(near, { highWaterMark: 100 });
    duplex.once("readable", () => {});
    for (let i = 0; i < 20; i++) void far.write(new Uint8Array(50));
    await nextTurn();
    expect(duplex.readableLength).toBeLessThanOrEqual(150);
  });

  test("destroy resets, with the code of its error", async () => {
    const codes: (number | undefined)[] = [];
    const [near, far] = memoryPair();
    const reset = near.reset.bind(near);
    near.reset = (code) => {
      codes.push(code);
      reset();
    };
    const duplex = toDuplex(near).on("error", () => {});
    duplex.destroy(new StreamsError("ERR_RESET", "Cancelled.", { resetCode: 8 }));
    await expect(far.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    expect(codes).toEqual([8]);
  });

  test("a duplex that ended both ways resets nothing", async () => {
    const [near, far] = memoryPair();
    near.reset = () => expect.unreachable();
    const duplex = toDuplex(near).resume();
    duplex.end();
    await far.close();
    await once(duplex, "close");
  });

  test("destroy after the end takes nothing back, and resets only a peer that goes on", async () => {
    for (const goesOn of [false, true]) {
      const [near, far] = memoryPair();
      const duplex = toDuplex(near);
      duplex.end("last word");
      await once(duplex, "finish");
      duplex.destroy();
      await once(duplex, "close");
      expect(decoded(await far.read())).toBe("last word");
      expect(await far.read()).toBeNull();
      if (goesOn) {
        await far.write(bytes("nobody wants this"));
        await expect(far.closed).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
      } else {
        await far.close();
        await Promise.all([near.closed, far.closed]);
      }
    }
  });

  test("the peer's reset is an error with its code, after the bytes that had arrived", async () => {
    const [near, far] = memoryPair();
    await far.write(bytes("before"));
    far.reset();
    const duplex = toDuplex(near);
    const chunks: string[] = [];
    duplex.on("data", (chunk) => chunks.push(String(chunk)));
    const [error] = await once(duplex, "error");
    expect(error).toMatchObject({ code: "ERR_RESET", remote: true });
    expect(chunks).toEqual(["before"]);
  });

  test("bytes that a slow reader has not taken yet come before the error", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    for (let i = 0; i < 5; i++) await far.write(new Uint8Array(1000));
    await once(duplex, "readable");
    far.reset();
    await nextTurn();
    let read = 0;
    const reading = (async () => {
      for await (const chunk of duplex) {
        read += chunk.length;
        await nextTurn();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    expect(read).toBe(5000);
  });

  test("a clean end stays one for a slow reader when the connection breaks later", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    await far.write(new Uint8Array(1000));
    await far.close();
    await once(duplex, "readable");
    await nextTurn();
    far.reset();
    await nextTurn();
    expect((await buffer(duplex)).length).toBe(1000);
  });

  test("a reset is seen by a duplex that nobody reads or writes, and thrown at nobody", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    far.reset();
    await new Promise((resolve) => duplex.once("close", resolve));
    expect(duplex.errored).toMatchObject({ code: "ERR_RESET", remote: true });
  });

  test("a write that fails destroys the duplex with the code, though nobody reads", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    far.reset();
    duplex.write("x");
    const [error] = await once(duplex, "error");
    expect(error).toMatchObject({ code: "ERR_RESET", remote: true });
  });
});

describe("what users of net.Socket call", () => {
  test("setTimeout emits timeout when no byte passed for so long, and destroying ends it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const [near, far] = memoryPair();
    const duplex = toDuplex(near).resume();
    let called = 0;
    duplex.setTimeout(100, () => called++);
    expect(duplex.timeout).toBe(100);
    vi.advanceTimersByTime(99);
    duplex.write("x");
    vi.advanceTimersByTime(99);
    await far.write(bytes("y"));
    await once(duplex, "data");
    vi.advanceTimersByTime(99);
    expect(called).toBe(0);
    vi.advanceTimersByTime(1);
    expect(called).toBe(1);
    duplex.setTimeout(100);
    duplex.destroy();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("setTimeout of 0 takes the timeout and its callback away", () => {
    const duplex = toDuplex(memoryPair()[0]);
    const callback = (): void => {};
    duplex.setTimeout(1000, callback);
    duplex.setTimeout(0, callback);
    expect(duplex.listenerCount("timeout")).toBe(0);
    expect(duplex.timeout).toBe(0);
  });

  test("over a socket it has the socket's addresses, over anything else none", async () => {
    const [near] = await socketPair();
    const conn = fromDuplex(near);
    void conn.write(bytes("in use"));
    const over = toDuplex(conn);
    expect(over).not.toBe(near);
    expect([over.remoteAddress, over.remotePort]).toEqual([near.remoteAddress, near.remotePort]);
    expect([over.localAddress, over.localPort]).toEqual([near.localAddress, near.localPort]);
    expect(over.address()).toEqual(near.address());
    expect(over.setNoDelay().setKeepAlive(true, 1000).unref().ref()).toBe(over);
    const other = toDuplex(memoryPair()[0]);
    expect(other.remoteAddress).toBeUndefined();
    expect(other.address()).toEqual({});
    expect(other.setNoDelay().setKeepAlive(true, 1000).unref().ref()).toBe(other);
  });

  test("it counts bytes and is never connecting", async () => {
    const [near, far] = memoryPair();
    const duplex = toDuplex(near);
    duplex.write("four");
    await far.write(bytes("seven77"));
    await once(duplex, "readable");
    expect([duplex.bytesWritten, duplex.bytesRead]).toEqual([4, 7]);
    expect([duplex.connecting, duplex.pending, duplex.readyState]).toEqual([false, false, "open"]);
  });

  test("a socket that nobody has used since fromDuplex comes back itself", async () => {
    const [near] = await socketPair();
    expect(toDuplex(fromDuplex(near))).toBe(near);
  });
});

describe("protocols of Node over it", () => {
  test("http passes bodies in both directions, many requests over one connection", async () => {
    const [near, far] = memoryPair();
    const server = http.createServer((request, response) => request.pipe(response));
    server.emit("connection", toDuplex(far));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let connections = 0;
    const createConnection = () => {
      connections++;
      return toDuplex(near);
    };
    Object.assign(agent, { createConnection });
    onTestFinished(() => agent.destroy());
    const body = Buffer.alloc(300_000, "streams ");
    for (let i = 0; i < 3; i++) {
      const request = http.request({ agent, method: "POST", host: "x", path: `/${i}` });
      request.end(body);
      const [response] = await once(request, "response");
      expect(hash(await buffer(response))).toBe(hash(body));
    }
    expect(connections).toBe(1);
  });

  test("http without keep-alive ends both directions cleanly", async () => {
    const [near, far] = memoryPair();
    const server = http.createServer((_request, response) => response.end("bye"));
    server.emit("connection", toDuplex(far));
    const request = http.get({ createConnection: () => toDuplex(near), host: "x" });
    const [response] = await once(request, "response");
    expect(await text(response)).toBe("bye");
    await Promise.all([near.closed, far.closed]);
  });

  test("http2 runs its streams over it and ends cleanly", async () => {
    const [near, far] = memoryPair();
    const session = http2.performServerHandshake(toDuplex(far));
    session.on("stream", (stream) => {
      stream.respond({ ":status": 200 });
      stream.pipe(stream);
    });
    const client = http2.connect("http://x", { createConnection: () => toDuplex(near) });
    const bodies = [1, 2, 3].map(async (n) => {
      const stream = client.request({ ":method": "POST", ":path": "/" });
      const body = Buffer.alloc(100_000 * n, "streams ");
      stream.end(body);
      expect(hash(await buffer(stream))).toBe(hash(body));
    });
    await Promise.all(bodies);
    client.close();
    await once(client, "close");
    await Promise.all([near.closed, far.closed]);
  });
});

describe("and back: a Conn over a Duplex over a Conn", () => {
  const around = (): [Conn, Conn] => {
    const [near, far] = memoryPair();
    return [fromDuplex(toDuplex(near)), far];
  };

  test("half-close passes in both orders", async () => {
    for (const first of [0, 1] as const) {
      const ends = around();
      const [a, b] = first === 0 ? ends : [ends[1], ends[0]];
      await a.write(bytes("first"));
      await a.close();
      expect(decoded(await b.read())).toBe("first");
      expect(await b.read()).toBeNull();
      await b.write(bytes("second"));
      await b.close();
      expect(decoded(await a.read())).toBe("second");
      expect(await a.read()).toBeNull();
      await Promise.all([a.closed, b.closed]);
    }
  });

  test("reset passes in both directions", async () => {
    const [a, b] = around();
    a.reset(3);
    await expect(b.read()).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    const [c, d] = around();
    const reading = c.read();
    d.reset();
    await expect(reading).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    await expect(c.write(bytes("x"))).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
  });

  test("closed rejects at once though bytes are unread, and they are read before the error", async () => {
    const [conn, far] = around();
    await far.write(bytes("unread"));
    far.reset();
    const reset = { code: "ERR_RESET", remote: true };
    await expect(conn.closed).rejects.toMatchObject(reset);
    expect(decoded(await conn.read())).toBe("unread");
    await expect(conn.read()).rejects.toMatchObject(reset);
  });

  test("everything that had arrived is read before the error, also when a write finds it first", async () => {
    const [near, far] = memoryPair({ highWaterMark: 1_000_000 });
    const conn = fromDuplex(toDuplex(near, { highWaterMark: 1000 }), { highWaterMark: 1000 });
    for (let i = 0; i < 100; i++) await far.write(new Uint8Array(1000));
    await conn.write(bytes("x"));
    await nextTurn();
    far.reset();
    await conn.write(bytes("x")).catch(() => {});
    await nextTurn();
    await nextTurn();
    let read = 0;
    const reading = (async () => {
      for await (const chunk of conn) read += chunk.byteLength;
    })();
    await expect(reading).rejects.toMatchObject({ code: "ERR_RESET", remote: true });
    expect(read).toBe(100_000);
  });
});

function hash(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
