// ssh2: channels as a client forwards connections. Encrypted, and with the algorithms that both packages choose by themselves.

import { createServer } from "node:net";
import { generateKeys } from "mux-ssh";
import ssh2 from "ssh2";
import { listenLoopback } from "../loopback.js";
import type { Peer } from "../peer.js";
import { DuplexPipe, fail } from "../pipe.js";
import { PipeClient } from "../pipe-client.js";
import { servePipe } from "../pipe-server.js";
import { PASSWORD, USER } from "./login.js";

export const ssh2Peer: Peer = {
  async serve() {
    const hostKey = generateKeys().privateKey;
    const server = new ssh2.Server({ hostKeys: [hostKey] });
    server.on("connection", (client) => {
      client.on("error", fail);
      client.on("authentication", (context) => {
        if (context.method === "password" && context.username === USER && context.password === PASSWORD)
          context.accept();
        else context.reject(["password"]);
      });
      client.on("tcpip", (accept) => servePipe(new DuplexPipe(accept())));
    });
    return listenLoopback(
      createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void server.injectSocket(socket)),
    );
  },
  async connect({ port }) {
    const client = new ssh2.Client();
    client.on("error", fail);
    await new Promise<void>((resolve) => {
      client.once("ready", resolve);
      client.connect({ host: "127.0.0.1", port, username: USER, password: PASSWORD });
    });
    client.setNoDelay(true);
    return new PipeClient({
      halfClose: true,
      open(_headers, opened) {
        client.forwardOut("127.0.0.1", 1, "127.0.0.1", 1, (error, channel) => {
          if (error !== undefined) fail(error);
          opened(new DuplexPipe(channel));
        });
      },
    });
  },
};
