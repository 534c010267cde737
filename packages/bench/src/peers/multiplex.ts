// multiplex (npm). It has no credit: a stream that nobody reads stops them all.

import { createServer } from "node:net";
import multiplex from "multiplex";
import { dialLoopback, listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { DuplexPipe, fail } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

export const multiplexPeer: Peer = {
  async serve() {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const mux = multiplex({ halfOpen: true }, (stream) => servePipe(new DuplexPipe(stream)));
      mux.on("error", fail);
      socket.pipe(mux).pipe(socket);
    });
    return listenLoopback(server);
  },
  async connect({ port }) {
    const socket = await dialLoopback(port);
    const mux = multiplex({ halfOpen: true });
    mux.on("error", fail);
    socket.pipe(mux).pipe(socket);
    return new PipeClient({
      halfClose: true,
      open: (_headers, opened) => opened(new DuplexPipe(mux.createStream())),
    });
  },
};
