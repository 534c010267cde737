// spdy-transport speaking SPDY 3.1.

import { createServer } from "node:net";
import transport from "spdy-transport";
import { dialLoopback, listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { DuplexPipe, fail } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

const REQUEST = { method: "POST", path: "/", headers: {} };

export const spdyPeer: Peer = {
  async serve({ streams }) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const connection = transport.connection.create(socket, { protocol: "spdy", isServer: true, maxStreams: streams });
      connection.start(3.1);
      connection.on("error", fail);
      connection.on("stream", (stream) => {
        stream.respond(200, {});
        servePipe(new DuplexPipe(stream));
      });
    });
    return listenLoopback(server);
  },
  async connect({ port, streams }) {
    const socket = await dialLoopback(port);
    const connection = transport.connection.create(socket, { protocol: "spdy", isServer: false, maxStreams: streams });
    connection.start(3.1);
    connection.on("error", fail);
    return new PipeClient({
      halfClose: true,
      open(_headers, opened) {
        connection.request(REQUEST, (error, stream) => {
          if (error !== null && error !== undefined) fail(error);
          opened(new DuplexPipe(stream));
        });
      },
    });
  },
};
