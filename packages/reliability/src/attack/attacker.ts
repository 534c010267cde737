// The attacking process: floods a port, and comes back whenever it is thrown out. Arguments: the flood's name and the port.

import { connect, type Socket } from "node:net";
import { floodNamed } from "./floods.js";

/** What it says of itself each time it is asked. */
export interface Attacked {
  readonly connections: number;
  readonly bytes: number;
}

/** Connections that flood at once. */
const PARALLEL = 16;
/** Connections of a flood of handshakes that are open at once, and made every ten milliseconds. With 50 it keeps a processor busy. */
const HALF_OPEN = 1000;
const AT_ONCE = 10;

const [, , name = "", port] = process.argv;
const flood = floodNamed(name);
const batches = flood.batches();
const open = new Set<Socket>();
let connections = 0;
let bytes = 0;

process.on("message", () => process.send?.({ connections, bytes } satisfies Attacked));
process.on("disconnect", () => process.exit());

if (batches.length > 0) for (let i = 0; i < PARALLEL; i += 1) setTimeout(attack, (i * 1000) / PARALLEL);
else setInterval(manyHandshakes, 10);

function attack(): void {
  const socket = dial();
  let next = 0;
  const more = (): void => {
    const batch = batches[next++ % batches.length];
    if (batch === undefined || socket.destroyed) return;
    bytes += batch.byteLength;
    // In a later turn, or the end of the connection would never be noticed.
    socket.write(batch, () => setImmediate(more));
  };
  socket.on("connect", more);
  socket.on("close", () => setImmediate(attack));
}

function manyHandshakes(): void {
  for (let i = 0; i < AT_ONCE; i += 1) dial();
  for (const socket of open) {
    if (open.size <= HALF_OPEN) break;
    open.delete(socket);
    socket.resetAndDestroy();
  }
}

function dial(): Socket {
  const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
  open.add(socket);
  connections += 1;
  bytes += flood.begin.byteLength;
  socket.on("error", () => {});
  socket.on("close", () => open.delete(socket));
  socket.on("end", () => socket.destroy());
  socket.resume();
  socket.write(flood.begin);
  return socket;
}
