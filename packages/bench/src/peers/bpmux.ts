// bpmux with windows of 1 MiB.

import { createServer } from "node:net";
import { BPMux } from "bpmux";
import { dialLoopback, listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { DuplexPipe, fail } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";

const STREAM = { highWaterMark: 1024 * 1024 };

export const bpmuxPeer: Peer = {
  async serve() {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const mux = new BPMux(socket, { peer_multiplex_options: STREAM });
      mux.on("error", fail);
      mux.on("peer_multiplex", (duplex) => servePipe(new DuplexPipe(duplex)));
    });
    return listenLoopback(server);
  },
  async connect({ port }) {
    const mux = new BPMux(await dialLoopback(port), {});
    mux.on("error", fail);
    return new PipeClient({
      halfClose: true,
      open: (_headers, opened) => opened(new DuplexPipe(mux.multiplex(STREAM))),
    });
  },
};
