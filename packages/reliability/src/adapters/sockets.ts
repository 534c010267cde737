// A connected pair of TCP sockets on loopback.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export async function socketPair(): Promise<[Socket, Socket]> {
  const listening = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const accepted = once(listening, "connection");
  const near = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
  near.on("error", () => {});
  await once(near, "connect");
  const [far]: unknown[] = await accepted;
  if (!isSocket(far)) throw new Error("no connection");
  far.on("error", () => {});
  listening.close();
  return [near, far];
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "resetAndDestroy" in value;
}
