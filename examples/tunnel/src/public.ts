// The public side: listens on a TCP port, and turns each connection to it into a stream back to the private side.

import { once } from "node:events";
import { createServer } from "node:net";
import { type Conn, isStreamsError, type StreamProvider } from "streams-core";
import { fromDuplex } from "streams-core/node";

/** The reply header that tells the private side where the public reaches it. */
export const URL_HEADER = "tunnel-url";

/** Gives the private side a public port for as long as the session lives. */
export async function expose(session: StreamProvider, port = 0): Promise<void> {
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const visitor = fromDuplex(socket);
    session.newStream({ visitor: `${socket.remoteAddress}:${socket.remotePort}` }).then(
      (stream) => join(visitor, stream),
      () => visitor.reset(),
    );
  });
  door.listen(port, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : port}/`;

  const requests = session.listen(() => ({ accept: true, headers: { [URL_HEADER]: url } }));
  for await (const request of requests) void request.close();
  door.close();
}

/** Copies both ways until both have ended. What breaks on one side breaks the other, with the same code. */
async function join(a: Conn, b: Conn): Promise<void> {
  try {
    await Promise.all([copy(a, b), copy(b, a)]);
  } catch (error) {
    const code = isStreamsError(error) ? error.resetCode : undefined;
    a.reset(code);
    b.reset(code);
  }
}

async function copy(from: Conn, to: Conn): Promise<void> {
  for await (const chunk of from) await to.write(chunk);
  await to.close();
}
