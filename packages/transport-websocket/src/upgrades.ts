// WebSocket servers on an http server: one listener for its upgrades, which are told apart by their path.

import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { StreamsError } from "streams-core";

/** What waits behind a path. */
export type Door = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const doors = new WeakMap<HttpServer, Map<string, Door>>();

/** Sends the upgrades of one path to `door`; gives back what stops that. @throws ERR_ADDRESS_IN_USE when the path is taken */
export function openDoor(server: HttpServer, path: string, door: Door): () => void {
  const known = doors.get(server);
  const paths = known ?? new Map<string, Door>();
  if (paths.has(path)) {
    throw new StreamsError(
      "ERR_ADDRESS_IN_USE",
      `The path ${path} of this http server has a WebSocket server already.`,
    );
  }
  paths.set(path, door);
  if (known !== undefined) return () => void paths.delete(path);
  doors.set(server, paths);
  server.on("upgrade", (request, socket, head) => {
    const open = paths.get(pathOf(request));
    if (open !== undefined) open(request, socket, head);
    // Other listeners may know what to do; without any, nobody would ever answer.
    else if (server.listenerCount("upgrade") === 1)
      refuse(socket, "404 Not Found", "No WebSocket server at this path.");
  });
  return () => void paths.delete(path);
}

/** Answers an upgrade request with an error and closes. */
export function refuse(socket: Duplex, status: string, why: string): void {
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  const length = Buffer.byteLength(why);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${why}`,
  );
}

function pathOf(request: IncomingMessage): string {
  const target = request.url ?? "/";
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}
