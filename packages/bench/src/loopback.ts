// Sockets on loopback.

import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";

/** Listens at a free port and returns it. */
export async function listenLoopback(server: Pick<Server, "listen" | "address" | "once">): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

export async function dialLoopback(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  return socket;
}
