// The private side: an HTTP server that listens nowhere. Connections come to it as streams of a session that it dialled itself.

import type { Server } from "node:http";
import type { StreamProvider } from "streams-core";
import { toDuplex } from "streams-core/node";
import { URL_HEADER } from "./public.js";

/** Serves every stream of the session as an HTTP connection. Resolves with the URL that the public side gave the server. */
export async function publish(server: Server, session: StreamProvider): Promise<string> {
  const listener = session.listen();
  void (async () => {
    for await (const stream of listener) server.emit("connection", toDuplex(stream));
    server.closeAllConnections();
  })();
  const request = await session.newStream();
  await request.close();
  const url = (await request.opened).get(URL_HEADER);
  if (url === null) throw new Error("The public side gave no URL; are both sides of one version?");
  return url;
}
