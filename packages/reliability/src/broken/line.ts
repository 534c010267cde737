// What lies between the two ends of a connection and breaks: a relay of raw bytes, below TLS and WebSocket.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** How a connection ends for both of its ends. `fin` is TCP's end without a word of the layers above. */
export type Break = "fin" | "reset";

export class Line {
  /** Where to dial instead of the server. */
  readonly url: URL;
  /** Bytes that came from the end that dialled. */
  sent = 0;
  readonly #server: Server;
  readonly #flows = new Set<Flow>();
  #breakAt = Number.POSITIVE_INFINITY;
  #break: Break = "reset";
  #stalled: ReadonlySet<Direction> = new Set();

  /** @param target where the server listens: the URL of a port or of a Unix socket */
  static async to(target: URL): Promise<Line> {
    const unix = target.port === "";
    const line = new Line(target, unix);
    line.#server.listen(unix ? { path: line.url.pathname } : { port: 0, host: "127.0.0.1" });
    await once(line.#server, "listening");
    const address = line.#server.address();
    if (!unix && typeof address === "object" && address !== null) line.url.port = String(address.port);
    return line;
  }

  private constructor(target: URL, unix: boolean) {
    this.url = new URL(target);
    if (unix) this.url.pathname += "-line";
    const to = unix ? { path: target.pathname } : { port: Number(target.port), host: "127.0.0.1" };
    this.#server = createServer({ allowHalfOpen: true }, (dialled) => {
      const served = connect({ ...to, allowHalfOpen: true });
      this.#pass({ from: dialled, to: served, direction: "up" });
      this.#pass({ from: served, to: dialled, direction: "down" });
    });
  }

  /** Breaks the connection behind this byte of what the dialling end sends. */
  breakAt(sent: number, how: Break): void {
    this.#breakAt = sent;
    this.#break = how;
  }

  break(how: Break): void {
    for (const { from } of this.#flows) {
      if (how === "fin") from.end();
      else reset(from);
    }
  }

  /** From now on nothing passes in these directions, and nothing is taken; in the others it does again. */
  stall(...directions: readonly Direction[]): void {
    this.#stalled = new Set(directions);
    for (const flow of this.#flows) this.#turn(flow);
  }

  async close(): Promise<void> {
    this.break("reset");
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(flow: Flow): void {
    const { from, to, direction } = flow;
    this.#flows.add(flow);
    from.on("data", (chunk) => {
      const room = direction === "up" ? this.#breakAt - this.sent : Number.POSITIVE_INFINITY;
      if (direction === "up") this.sent += Math.min(chunk.byteLength, room);
      if (chunk.byteLength >= room) {
        from.removeAllListeners("data");
        to.write(chunk.subarray(0, room), () => this.break(this.#break));
      } else if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => this.#turn(flow));
    from.on("end", () => to.end());
    from.on("error", () => reset(to));
    from.on("close", () => this.#flows.delete(flow));
    this.#turn(flow);
  }

  #turn({ from, to, direction }: Flow): void {
    if (this.#stalled.has(direction)) from.pause();
    else if (!to.writableNeedDrain) from.resume();
  }
}

interface Flow {
  readonly from: Socket;
  readonly to: Socket;
  readonly direction: Direction;
}

/** From the end that dialled to the one that served, and back. */
export type Direction = "up" | "down";

function reset(socket: Socket): void {
  // Only TCP has a reset.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
