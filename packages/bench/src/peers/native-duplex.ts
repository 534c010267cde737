// mux-native over TCP, each stream used as a Node Duplex.

import type { StreamProvider } from "streams-core";
import { toDuplex } from "streams-core/node";
import { tcp } from "transport-tcp";
import type { Peer } from "../peer.js";
import { DuplexPipe, fail } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";
import { nativeOver } from "./native.js";

export const nativeDuplex: Peer = {
  async serve(target) {
    const server = await nativeOver(tcp(), target).serve(new URL("native+tcp://127.0.0.1:0"));
    void (async () => {
      for await (const session of server) serveSession(session).catch(fail);
    })();
    return Number(server.url.port);
  },
  async connect(target) {
    const session = await nativeOver(tcp(), target).connect(new URL(`native+tcp://127.0.0.1:${target.port}`));
    return new PipeClient({
      halfClose: true,
      open: (_headers, opened) =>
        void session.newStream().then((stream) => opened(new DuplexPipe(toDuplex(stream))), fail),
    });
  },
};

async function serveSession(session: StreamProvider): Promise<void> {
  for await (const stream of session.listen()) servePipe(new DuplexPipe(toDuplex(stream)));
}
