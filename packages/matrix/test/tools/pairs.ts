// Connected sessions, made the way a program makes them: serve, connect, accept.

import type { ProviderPair } from "streams-conformance";
import { type Conn, type Mux, over, type Transport } from "streams-core";
import type { Fixture } from "./transports.js";

/** A fresh pair over a fixture that `dispose` gives back. */
export async function pairOver(mux: Mux, fixture: Fixture): Promise<ProviderPair> {
  const dialled: Conn[] = [];
  const server = await over(mux, fixture.transport).serve(new URL(fixture.url));
  const client = await over(mux, remembering(fixture.transport, dialled)).connect(server.url);
  const accepted = await server.accept();
  if (accepted === null) throw new Error("The server was closed.");
  return {
    client,
    server: accepted,
    cut: () => {
      for (const conn of dialled) conn.reset();
    },
    dispose: async () => {
      await Promise.allSettled([client.close(), accepted.close()]);
      await server.close();
      fixture.dispose();
    },
  };
}

/** The transport, with what it dials kept, so that it can be broken. */
function remembering(transport: Transport, dialled: Conn[]): Transport {
  return {
    dial: async (url, options) => {
      const conn = await transport.dial(url, options);
      dialled.push(conn);
      return conn;
    },
    serve: (url, options) => transport.serve(url, options),
  };
}
