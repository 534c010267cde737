// stdio as a transport whose both ends are in one process, for conformance tests here and elsewhere: `dial` starts a child, and the
// server accepts what that child relays.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Conn, Server, Transport } from "streams-core";
import { ServerQueue } from "streams-core/kit";
import { fromDuplex } from "streams-core/node";
import { stdio } from "transport-stdio";

const relay = fileURLToPath(new URL("relay.mjs", import.meta.url));

/** Dial the URL that `serve` gives; the dialled end is the parent's end of standard input and output. */
export function relayed(): Transport {
  return {
    dial(url, options) {
      const args = [relay, decodeURIComponent(url.pathname)];
      return stdio({ command: process.execPath, args, stderr: "ignore" }).dial(url, options);
    },
    async serve(url): Promise<Server<Conn>> {
      const directory = await mkdtemp(join(tmpdir(), "streams-stdio-"));
      const path = join(directory, "relay");
      const server = createServer({ allowHalfOpen: true }, (socket) => conns.push(fromDuplex(socket)));
      const conns = new ServerQueue<Conn>(new URL(`${url.protocol}//${path}`), {
        async stop() {
          server.close();
          await rm(directory, { recursive: true, force: true });
        },
        discard: (conn) => conn.reset(),
      });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(path, resolve);
      });
      return conns;
    },
  };
}
