// What a visitor does with a connection reaches the HTTP server on the private side, and the other way round.

import { EventEmitter, once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect as dial, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect, type StreamProvider, serve } from "streams-core";
import { afterEach, describe, expect, test } from "vitest";
import { backends } from "../src/backends.js";
import { publish } from "../src/private.js";
import { expose } from "../src/public.js";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A tunnel to an HTTP server, and a connection of a visitor. */
async function visit(scheme: string, listener: RequestListener): Promise<{ visitor: Socket; session: StreamProvider }> {
  const server = await serve(`${scheme}://127.0.0.1:0`, backends);
  const session = await connect(server.url, backends);
  const far = await server.accept();
  if (far === null) throw new Error("The server was closed.");
  const exposed = expose(far);
  open.push(
    () => session.close(),
    () => server.close(),
    () => exposed,
  );
  const { hostname, port } = new URL(await publish(createServer(listener), session));
  const visitor = dial({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(visitor, "connect");
  return { visitor, session };
}

const request = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n";

describe.each(["native+tcp", "http2+tcp", "ssh+tcp"])("over %s", (scheme) => {
  test("a visitor that half-closes after its request still gets the whole answer, and then the end", async () => {
    const { visitor } = await visit(scheme, async (request, response) =>
      response.end((await text(request)).repeat(100_000)),
    );
    visitor.end(`${request}content-length: 5\r\n\r\nhello`);
    const answer = await text(visitor);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    expect(answer.length).toBeGreaterThan(500_000);
  });

  test("a server that breaks off in the middle of its answer resets the visitor's connection", async () => {
    const { visitor } = await visit(scheme, (_request, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("a part", () => response.destroy());
    });
    visitor.write(`${request}content-length: 0\r\n\r\n`);
    await expect(text(visitor)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("a visitor that resets its connection ends the request on the server", async () => {
    const requests = new EventEmitter();
    const { visitor } = await visit(scheme, (request) => requests.emit("request", request));
    visitor.write(`${request}content-length: 1000\r\n\r\na part`);
    const [arrived] = await once(requests, "request");
    visitor.resetAndDestroy();
    await expect(text(arrived)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("a visitor is turned away when the session has ended", async () => {
    const { visitor, session } = await visit(scheme, () => {});
    const address = { host: "127.0.0.1", port: visitor.remotePort ?? 0 };
    visitor.on("error", () => {});
    const ended = new Promise((resolve) => visitor.once("close", resolve));
    await session.close();
    await ended;
    await expect(once(dial(address), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
