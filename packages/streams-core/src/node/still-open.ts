// Whether the peer of a socket that told of an end, or that nobody reads, is still there.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

const NOTHING = new Uint8Array(0);

/**
 * Rejects if the peer is gone. Node tells of an end where there was none: libuv takes a TCP reset behind the last bytes for an
 * end, a Unix socket has no reset at all, and a socket that has read the end is not looked at any more. But only one whose peer
 * would still take bytes lets itself be written to, be it no bytes, of which nothing goes on the wire.
 * @param duplex what writes to the socket: itself, or TLS over it
 */
export async function stillOpen(socket: Socket, duplex: Duplex): Promise<void> {
  // Bytes are on their way: if the peer is gone they fail before this turn of the event loop is over. TLS says then that it wrote them.
  if (duplex.writableLength > 0) await new Promise((resolve) => setImmediate(resolve));
  // Nothing can be told by writing once our end is out.
  if (duplex.writableLength > 0 || duplex.writableEnded) return;
  if (socket.destroyed) throw new Error("the socket is gone");
  await new Promise<void>((resolve, reject) => {
    socket.write(NOTHING, (error) => (error ? reject(error) : resolve()));
  });
}
