// Unix sockets: connections between processes of one machine, for one user.

import { connect, createServer, type Socket } from "node:net";
import { type Conn, type Server, StreamsError, type Transport } from "streams-core";
import { printable, ServerQueue } from "streams-core/kit";
import { fromDuplex } from "streams-core/node";
import { established } from "./established.js";
import { adopted, withIntake } from "./intake.js";
import { type SocketOptions, socketLimits } from "./options.js";
import { preHandled } from "./pre-handled.js";
import { serveSocketFile, socketPath } from "./socket-file.js";

export interface UnixOptions extends SocketOptions {}

/**
 * Connections over a Unix socket: `native+unix:///run/app.sock`. The socket file has mode 0600. One that a dead server left is
 * replaced. Not on Windows. @throws ERR_OPTION_INVALID
 */
export function unix(options: UnixOptions = {}): Transport {
  const { connectTimeout: timeout, reading } = socketLimits(options);
  const conn = (socket: Socket): Conn => fromDuplex(socket, reading);
  const transport: Transport = {
    async dial(url, o) {
      const path = socketPath(url);
      o?.signal?.throwIfAborted();
      const socket = withIntake((option) => connect({ path, allowHalfOpen: true, ...option }));
      return established(socket, {
        event: "connect",
        signal: o?.signal,
        timeout,
        make: () => conn(socket),
        late: () => unreachable(path, `no answer within ${timeout} ms`),
        failed: (cause) => unreachable(path, cause.message, cause),
      });
    },
    async serve(url, o): Promise<Server<Conn>> {
      const path = socketPath(url);
      o?.signal?.throwIfAborted();
      let remove = async (): Promise<void> => {};
      const conns = new ServerQueue<Conn>(new URL(url), {
        async stop() {
          server.close();
          await remove();
        },
        discard: (one) => one.reset(),
      });
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
      server.on("connection", (socket) => conns.push(conn(adopted(socket))));
      remove = await serveSocketFile(server, path);
      return conns;
    },
  };
  return preHandled(transport);
}

function unreachable(path: string, why: string, cause?: Error): StreamsError {
  return new StreamsError(
    "ERR_UNREACHABLE",
    `Cannot reach ${path} (${printable(why)}); check that a server listens there and that this user may use it.`,
    { cause },
  );
}
