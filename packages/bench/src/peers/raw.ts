// A plain socket, and a socket for each request.

import { connect, createServer, type Socket } from "node:net";
import type { Client, Target } from "../client.js";
import { LineClient } from "../line-client.js";
import { listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { DuplexPipe, type PipeMux } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

/** Each message is a write. */
export const raw: Peer = peerOf((mux) => new LineClient(mux));

/** The messages of one turn leave in one write: what a program without streams can get by taking care of it. */
export const rawCorked: Peer = peerOf((mux) => new LineClient(mux, true));

export const tcpPerRequest: Peer = peerOf((mux) => new PipeClient(mux));

function peerOf(clientOf: (mux: PipeMux) => Client): Peer {
  return {
    async serve() {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
        servePipe(new DuplexPipe(socket)),
      );
      return listenLoopback(server);
    },
    async connect({ port }: Target) {
      return clientOf({ halfClose: true, open: (_headers, opened) => opened(new DuplexPipe(dial(port))) });
    },
  };
}

function dial(port: number): Socket {
  return connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
}
