// A long link in user space: what goes in comes out half a round trip later, and no faster than a gigabit per second. Private to the bench.

import { connect, createServer, type Socket } from "node:net";
import { listenLoopback } from "./loopback.js";

export interface Line {
  readonly port: number;
  close(): void;
}

/** A gigabit, in bytes per millisecond: 12.5 MB are in flight at a round trip of 100 ms, within the windows that peers may grow to. */
const RATE = 125_000;
/** Milliseconds of bytes that may queue before the link, as in a router, before the sender is held up. */
const QUEUE_MS = 20;

/** Forwards to the port. */
export async function delayLine(port: number, roundTrip: number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => near.destroy() && far.destroy());
    }
    forward(near, far, roundTrip / 2);
    forward(far, near, roundTrip / 2);
  });
  const own = await listenLoopback(server);
  return {
    port: own,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Parcel {
  readonly chunk: Uint8Array | undefined;
  readonly due: number;
}

function forward(from: Socket, to: Socket, delay: number): void {
  const parcels: Parcel[] = [];
  let timer: NodeJS.Timeout | undefined;
  /** When the link has sent all it was given. */
  let free = 0;

  const deliver = (): void => {
    timer = undefined;
    const now = performance.now();
    while (parcels[0] !== undefined && parcels[0].due <= now) {
      const chunk = parcels.shift()?.chunk;
      if (chunk === undefined) to.end();
      else to.write(chunk);
    }
    if (free - now < QUEUE_MS) from.resume();
    schedule();
  };
  const schedule = (): void => {
    const [next] = parcels;
    if (next !== undefined && timer === undefined)
      timer = setTimeout(deliver, Math.max(1, next.due - performance.now()));
  };
  const send = (chunk: Uint8Array | undefined): void => {
    const now = performance.now();
    free = Math.max(free, now) + (chunk?.byteLength ?? 0) / RATE;
    parcels.push({ chunk, due: free + delay });
    if (free - now > QUEUE_MS) {
      from.pause();
      setTimeout(() => from.resume(), free - now - QUEUE_MS / 2);
    }
    schedule();
  };
  from.on("data", send);
  from.on("end", () => send(undefined));
}
