// The TCP connections whose TLS handshake goes on: a TLSSocket does not say on which socket it runs, and only that one can reset.

import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";

export class Handshakes {
  readonly #sockets = new Map<string, Socket>();

  constructor(server: Server) {
    server.on("connection", (socket) => {
      const key = endpoints(socket);
      this.#sockets.set(key, socket);
      // What goes wrong is told by the TLSSocket; this one may only not throw.
      socket.on("error", () => {});
      socket.once("close", () => this.#sockets.delete(key));
    });
  }

  /** The handshake is over. Returns the socket below. */
  done(secure: TLSSocket): Socket {
    const key = endpoints(secure);
    const socket = this.#sockets.get(key);
    this.#sockets.delete(key);
    return socket ?? secure;
  }

  /** Ends all handshakes. */
  abort(): void {
    for (const socket of this.#sockets.values()) socket.resetAndDestroy();
  }
}

/** What tells one TCP connection from all others. */
function endpoints(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}
