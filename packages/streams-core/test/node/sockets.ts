// A connected pair of plain sockets, and a Duplex whose insides a test can see.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { onTestFinished } from "vitest";

/** Two ends of a TCP connection over loopback; both go when the test is over. */
export async function socketPair(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const accepted = once(server, "connection");
  const near = connect({ port: address.port, allowHalfOpen: true });
  const [far]: Socket[] = await accepted;
  if (near.connecting) await once(near, "connect");
  if (far === undefined) throw new Error("nothing was accepted");
  onTestFinished(() => {
    near.on("error", () => {}).destroy();
    far.on("error", () => {}).destroy();
    server.close();
  });
  return [near, far];
}

/** What was written is in `writes`, one entry per write or writev; `finishWrite` says that the last one is done. */
export class Probe extends Duplex {
  readonly writes: string[][] = [];
  finishWrite = (): void => {};
  #auto: boolean;

  constructor({ auto = true, highWaterMark = 16 }: { auto?: boolean; highWaterMark?: number } = {}) {
    super({ allowHalfOpen: true, highWaterMark });
    this.#auto = auto;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take([chunk], done);
  }

  override _writev(items: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      items.map(({ chunk }) => chunk),
      done,
    );
  }

  #take(chunks: Buffer[], done: () => void): void {
    this.writes.push(chunks.map(String));
    if (this.#auto) done();
    else this.finishWrite = done;
  }
}
